"""Answers to mentions: a post under the mention, never more public than the question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from hub.conversation.models import Outgoing, Picture
from hub.conversation.notices.models import Reach
from hub.kernel.clock import Clock
from hub.kernel.errors import NotFound, Words
from hub.publishing.errors import Busy, Rejected
from hub.publishing.models import LengthUnit, Rate
from hub.publishing.ports import Access, MediaSource
from publishers.answering import in_words
from publishers.length import length
from publishers.mastodon.client import Draft, MastodonClient
from publishers.mastodon.servers import Servers
from publishers.wire import Wire

__all__ = ["NOTICES", "MastodonReplier"]

_TIMEOUT = timedelta(seconds=20)
_CHARACTERS = 500
_PICTURES = 4
_LOOKS, _PAUSE_S = 5, 1.0
_KEY_LASTS = timedelta(hours=1)
# A direct post counts with the account's others (300 in three hours): notices may take half.
NOTICES = Reach(rates=(Rate(count=150, per=timedelta(hours=3)),))
# An answer to what everybody may read stays out of the public timelines.
_VISIBILITY = {"public": "unlisted", "unlisted": "unlisted", "private": "private"}


class MastodonReplier:
    """`Replier`. The server remembers the message's id as a key: a repeat is the same post."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._client = MastodonClient(wire, clock, _TIMEOUT)
        self._clock = clock
        self._servers = Servers(self._client, clock)

    async def reply(self, access: Access, outgoing: Outgoing, media: MediaSource) -> None:
        name = f"@{outgoing.address} "
        draft = Draft(
            text=name + in_words(outgoing.answer, _fits_after(name)),
            spoiler="",
            visibility=_VISIBILITY.get(outgoing.context.get("visibility", ""), "direct"),
            language=str(access.settings.get("language") or "zh"),
            answers=outgoing.context.get("status", ""),
            media=tuple(
                [
                    await self._uploaded(access, picture, media)
                    for picture in outgoing.answer.media[:_PICTURES]
                ]
            ),
        )
        await self._client.post(access, draft, outgoing.id)

    async def _uploaded(self, access: Access, picture: Picture, media: MediaSource) -> str:
        """The id of a picture that is ready to be shown; raises Busy while the server works on it.
        Nobody sees one before a post has it."""
        try:
            content = await media.read(picture.sha256)
        except NotFound as error:
            raise Rejected(
                Words(f"图片 {picture.sha256[:12]} 不在素材库", "the picture is missing"),
                field="media",
            ) from error
        kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
        found = await self._client.upload(access, content, kind, picture.alt)
        for _ in range(_LOOKS):
            if found.ready:
                return found.id
            await self._clock.sleep(_PAUSE_S)
            found = await self._client.media(access, found.id)
        raise Busy(Words("服务器仍在处理图片", "the server still works on a picture"))

    async def key_window(self, access: Access) -> timedelta | None:
        """Where the server is Mastodon itself."""
        return _KEY_LASTS if await self._servers.heeds_keys(access) else None

    async def close(self) -> None:
        """The wire belongs to its owner."""


def _fits_after(name: str) -> Callable[[str], bool]:
    return lambda text: length(name + text, LengthUnit.MASTODON) <= _CHARACTERS
