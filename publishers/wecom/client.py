"""The three calls of an application: send a message, take it back, upload a picture.

Source: developer.work.weixin.qq.com/document/path/90236 (message/send), 94867 (message/recall),
90253 (media/upload).
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
import msgspec

from hub.kernel.clock import Clock
from hub.publishing.errors import DeliveryError
from hub.publishing.ports import Access
from publishers.wecom.codes import CODES, DEAD_TOKEN
from publishers.wecom.tokens import Tokens
from publishers.wire import Answer, Wire

__all__ = ["WeComClient"]

_JSON = {"Content-Type": "application/json; charset=utf-8"}
_SUFFIXES = {"image/jpeg": "jpg", "image/png": "png"}
_UPLOAD_FACTOR = 3  # a picture on a slow line is given this many times the timeout of a call


class WeComClient:
    """All applications over one wire, each with a token of its own. Errors tell no secret: tokens
    travel in addresses, which aiohttp's errors quote, so no cause is kept."""

    def __init__(self, wire: Wire, clock: Clock, timeout: timedelta) -> None:
        self._wire = wire
        self._clock = clock
        self._timeout = timeout
        self._tokens: dict[str, Tokens] = {}

    async def authorise(self, access: Access) -> None:
        """Fetch the application's token, if there is none; raises Unauthorised."""
        await self._tokens_of(access).current()

    async def send(self, access: Access, body: str) -> Mapping[str, Any]:
        """Send exactly these bytes of JSON; raises Unknown whenever they may have been taken."""
        answer = await self._call(
            access, "message/send", effect=True, data=body.encode(), headers=_JSON
        )
        return CODES.result_of(answer)

    async def recall(self, access: Access, msgid: str) -> None:
        """Take a message back; a second time it is the same."""
        body = msgspec.json.encode({"msgid": msgid})
        answer = await self._call(access, "message/recall", effect=False, data=body, headers=_JSON)
        CODES.result_of(answer)

    async def upload(self, access: Access, picture: bytes, media_type: str) -> str:
        """The media_id of a picture, good for three days; nobody sees it."""
        name = f"picture.{_SUFFIXES.get(media_type, 'bin')}"
        answer = await self._call(
            access,
            "media/upload",
            effect=False,
            query={"type": "image"},
            picture=(name, picture, media_type),
        )
        media_id = CODES.result_of(answer).get("media_id")
        if not isinstance(media_id, str) or not media_id:
            raise answer.unreadable("no-media-id", "没有 media_id", "without a media_id")
        return media_id

    async def _call(self, access: Access, name: str, **more: Any) -> Answer:
        """One call with the token; once more with a new one where the token was refused: that
        call surely did nothing. Twice would be a loop."""
        try:
            tokens = self._tokens_of(access)
            token = await tokens.current()
            answer = await self._once(access, name, token, **more)
            if _code(answer) in DEAD_TOKEN:
                answer = await self._once(access, name, await tokens.renew(token), **more)
        except DeliveryError as error:
            raise error from None
        return answer

    async def _once(
        self,
        access: Access,
        name: str,
        token: str,
        *,
        effect: bool,
        query: Mapping[str, str] | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        picture: tuple[str, bytes, str] | None = None,
    ) -> Answer:
        return await self._wire.call(
            "POST",
            f"{access.base_url}/cgi-bin/{name}",
            what=f"WeCom {name}",
            effect=effect,
            timeout=self._timeout * (_UPLOAD_FACTOR if picture else 1),
            params={"access_token": token, **(query or {})},
            data=_form(*picture) if picture else data,
            headers=headers,
        )

    def _tokens_of(self, access: Access) -> Tokens:
        """By address and credentials, so that an account that was connected anew starts afresh."""
        door = repr((access.base_url, sorted(access.credentials.items())))
        key = hashlib.sha256(door.encode()).hexdigest()
        if key not in self._tokens:
            self._tokens[key] = Tokens(self._wire, self._clock, access, self._timeout)
        return self._tokens[key]


def _form(name: str, picture: bytes, media_type: str) -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("media", io.BytesIO(picture), filename=name, content_type=media_type)
    return form


def _code(answer: Answer) -> str:
    """The code of an answer as far as it has one; what it means is said by the table."""
    try:
        found = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    return str(found.get("errcode", "")) if isinstance(found, dict) else ""
