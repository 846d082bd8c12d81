"""Answers in the room, under the message, in its thread where it has one.

They are m.notice, which other programs do not answer. Every event has a transaction id made of
the message's: the server answers a repeat with the event it has, so what is unknown is sent again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hub.conversation.models import Answer, Outgoing, Picture
from hub.kernel.clock import Clock
from hub.kernel.errors import NotFound, Words
from hub.publishing.errors import Rejected, Unknown
from hub.publishing.ports import Access, MediaSource
from publishers.answering import in_words
from publishers.matrix.arrivals import ENCRYPTED
from publishers.matrix.client import MatrixClient
from publishers.wire import Wire

__all__ = ["MatrixReplier"]

_TIMEOUT = timedelta(seconds=20)
_TRIES = 3
_BYTES = 20_000  # an event may have 64 KiB; nobody reads an answer that long
_UNREADABLE = Words(
    "本账号读不到加密消息。请在未加密的房间提问。",
    "This account cannot read encrypted messages. Please ask in a room without encryption.",
)


class MatrixReplier:
    """`Replier` over the client-server API."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._client = MatrixClient(wire, _TIMEOUT)

    async def reply(self, access: Access, outgoing: Outgoing, media: MediaSource) -> None:
        room, answer = outgoing.context.get("room", ""), outgoing.answer
        if not room:
            raise Rejected(
                Words("不知道在哪个房间答复", "the room to answer in is not known"),
                platform_code="no-room",
                field="room",
            )
        if outgoing.context.get(ENCRYPTED):
            answer = Answer(paragraphs=(_UNREADABLE.zh, _UNREADABLE.en))
        under = _under(outgoing)
        for number, picture in enumerate(answer.media, 1):
            content = await self._picture(access, picture, media)
            await self._send(access, room, {**content, **under}, f"{outgoing.id}.{number}")
        text = in_words(answer, _fits)
        if text:
            content = {"msgtype": "m.notice", "body": text, **under}
            await self._send(access, room, content, f"{outgoing.id}.0")

    async def close(self) -> None:
        """The wire belongs to its owner."""

    async def _send(self, access: Access, room: str, content: Mapping[str, Any], txn: str) -> None:
        for left in reversed(range(_TRIES)):
            try:
                await self._client.send(access, room, content, txn)
            except Unknown:
                if not left:
                    raise
            else:
                return

    async def _picture(
        self, access: Access, picture: Picture, media: MediaSource
    ) -> dict[str, Any]:
        try:
            data = await media.read(picture.sha256)
        except NotFound as error:
            raise Rejected(
                Words(f"图片 {picture.sha256[:12]} 不在素材库", "the picture is missing"),
                field="media",
            ) from error
        png = data.startswith(b"\x89PNG")
        kind, name = ("image/png", "png") if png else ("image/jpeg", "jpg")
        name = f"{hashlib.sha256(data).hexdigest()[:16]}.{name}"
        return {
            "msgtype": "m.image",
            "body": picture.alt or name,
            "filename": name,
            "url": await self._client.upload(access, data, kind, name),
            "info": {"mimetype": kind, "size": len(data)},
        }


def _under(outgoing: Outgoing) -> dict[str, Any]:
    """A rich reply, in the message's thread; who asked is named, so that a full room rings them."""
    event, thread = outgoing.context.get("event", ""), outgoing.context.get("thread", "")
    relation: dict[str, Any] = {"m.in_reply_to": {"event_id": event}} if event else {}
    if thread:
        relation |= {"rel_type": "m.thread", "event_id": thread, "is_falling_back": False}
    found: dict[str, Any] = {"m.mentions": {"user_ids": [outgoing.address]}}
    return found | ({"m.relates_to": relation} if relation else {})


def _fits(text: str) -> bool:
    return len(text.encode()) <= _BYTES
