"""Answers to members: application messages to the one who asked, pictures first.

Source: message/send (developer.work.weixin.qq.com/document/path/90236). Requests are compared: the
same JSON within the interval is not delivered twice. So what is unknown is sent again, byte for
byte; and the interval carries a mark made from the answer's id, so that the same answer to a second
question is no repeat.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec

from hub.conversation.models import Outgoing
from hub.kernel.clock import Clock
from hub.kernel.errors import NotFound, Words
from hub.publishing.errors import Rejected, Unknown
from hub.publishing.ports import Access, MediaSource
from publishers.answering import in_words
from publishers.wecom.client import WeComClient
from publishers.wecom.message import agent_id
from publishers.wire import Wire

__all__ = ["WeComReplier"]

_TIMEOUT = timedelta(seconds=20)
_TRIES = 3
_TEXT_BYTES = 2_048
# between half an hour and four hours, the longest that the platform compares
_SHORTEST_S, _LONGEST_S = 1_800, 14_400


class WeComReplier:
    """`Replier` of an application."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._client = WeComClient(wire, clock, _TIMEOUT)

    async def reply(self, access: Access, outgoing: Outgoing, media: MediaSource) -> None:
        answer = outgoing.answer
        for number, picture in enumerate(answer.media, 1):
            try:
                data = await media.read(picture.sha256)
            except NotFound as error:
                raise Rejected(
                    Words(f"图片 {picture.sha256[:12]} 不在素材库", "the picture is missing"),
                    field="media",
                ) from error
            kind = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
            media_id = await self._client.upload(access, data, kind)
            await self._send(
                access, outgoing, number, {"msgtype": "image", "image": {"media_id": media_id}}
            )
        text = in_words(answer, _fits)
        if text:
            await self._send(access, outgoing, 0, {"msgtype": "text", "text": {"content": text}})

    async def close(self) -> None:
        """The wire belongs to its owner."""

    async def _send(
        self, access: Access, outgoing: Outgoing, number: int, content: Mapping[str, Any]
    ) -> None:
        request = {
            "touser": outgoing.address,
            **content,
            "agentid": agent_id(access.settings),
            "safe": 0,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": _interval(f"{outgoing.id}.{number}"),
        }
        body = msgspec.json.encode(request).decode()
        for left in reversed(range(_TRIES)):
            try:
                await self._client.send(access, body)
            except Unknown:
                if not left:
                    raise
            else:
                return


def _interval(key: str) -> int:
    mark = int(hashlib.sha256(key.encode()).hexdigest()[:8], 16)
    return _SHORTEST_S + mark % (_LONGEST_S - _SHORTEST_S)


def _fits(text: str) -> bool:
    return len(text.encode()) <= _TEXT_BYTES
