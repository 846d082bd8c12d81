"""Answers on Weibo: to a fan's message, to a comment, to a mention.

Source: open.weibo.com/wiki, 粉丝服务平台 2/messages/reply (m.api.weibo.com; within 48 hours of what
the fan did, text below 300 characters), 2/comments/reply and create (up to 140 characters).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec

from hub.conversation.models import Answer, Outgoing
from hub.conversation.notices.models import Reach, Window
from hub.kernel.clock import Clock
from hub.kernel.errors import Words
from hub.publishing.errors import Exhausted
from hub.publishing.models import LengthUnit, Rate
from hub.publishing.ports import Access, MediaSource
from publishers.answering import in_words
from publishers.length import length
from publishers.weibo.client import WeiboClient
from publishers.wire import Wire

__all__ = ["NOTICES", "WeiboReplier", "fits_comment", "message_of"]

_MESSAGE, _COMMENT = 300, 140
_TITLE = 64
_WINDOW = timedelta(hours=48)
_TIMEOUT = timedelta(seconds=20)
# Only who wrote to the account, or follows it, can be sent a message. Whoever commented or named
# the account cannot: one reply more under what they wrote tells them the outcome they asked for.
# The platform sets no number within its 48 hours: the count and the rate are ours.
NOTICES = Reach(
    windows={
        "fans": Window(count=6, within=_WINDOW),
        "comment": Window(count=2, within=_WINDOW),
        "mention": Window(count=2, within=_WINDOW),
    },
    rates=(Rate(count=60, per=timedelta(minutes=1)),),
    shares=False,
)
_MESSAGES = "https://m.api.weibo.com"


def message_of(answer: Answer) -> tuple[str, Mapping[str, Any]]:
    """A message's type and data: a card where one source says it, else text."""
    said = "\n".join(answer.paragraphs)
    if len(answer.cites) == 1 and not answer.choices and said:
        cite = answer.cites[0]
        if cite.url and len(cite.title) <= _TITLE and len(said) < _MESSAGE:
            card = {"display_name": cite.title, "summary": said, "image": "", "url": cite.url}
            return "articles", {"articles": [card]}
    return "text", {"text": in_words(answer, lambda text: len(text) < _MESSAGE)}


class WeiboReplier:
    """`Replier`; no call has a key, and a comment that repeats another is refused (20019)."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._client = WeiboClient(wire, _TIMEOUT)
        self._clock = clock

    async def reply(self, access: Access, outgoing: Outgoing, media: MediaSource) -> None:
        via = outgoing.context.get("via", "fans")
        if via == "fans":
            await self._message(access, outgoing)
            return
        text = in_words(outgoing.answer, fits_comment)
        await self._client.comment(
            access,
            text,
            status_id=outgoing.context.get("status", ""),
            comment_id=outgoing.context.get("comment", ""),
        )

    async def close(self) -> None:
        """The wire belongs to its owner."""

    async def _message(self, access: Access, outgoing: Outgoing) -> None:
        if self._clock.now() - outgoing.received_at > _WINDOW:
            raise Exhausted(
                Words("已超出私信回复时限", "the window for messages is over"),
                platform_code="window-over",
            )
        kind, data = message_of(outgoing.answer)
        await self._client.message(
            access,
            str(access.settings.get("messages_base_url") or _MESSAGES),
            receiver=outgoing.address,
            kind=kind,
            data=msgspec.json.encode(data).decode(),
        )


def fits_comment(text: str) -> bool:
    """Within 140 characters, also where a link counts in full, as in posts it does not."""
    return length(text, LengthUnit.WEIBO) <= _COMMENT and len(text) <= 2 * _COMMENT
