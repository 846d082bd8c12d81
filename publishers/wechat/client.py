"""wechatpy's client with its blocking transport replaced by the wire.

What differs on purpose: every call has a timeout; a dead token is renewed once and the call made
once more (wechatpy repeats without end); JSON travels as raw UTF-8; an answer that decides
nothing raises by the one question whether the call has an effect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from wechatpy.client.api import WeChatMedia, WeChatMessage
from wechatpy.client.base import BaseWeChatClient

from hub.kernel.clock import Clock
from publishers.wechat.api import Drafts, FreePublish, Mass, Material
from publishers.wechat.codes import DEAD_TOKEN, Refused
from publishers.wechat.tokens import Tokens, result_of
from publishers.wire import Wire

__all__ = ["Client"]

# Calls whose repetition somebody would see. Drafts and materials are not among them: a second one
# lies in the account's own store and harms nobody; deleting twice deletes once.
_EFFECTS = frozenset(
    {
        "freepublish/submit",
        "message/custom/send",
        "message/mass/preview",
        "message/mass/send",
        "message/mass/sendall",
        "message/subscribe/bizsend",
        "message/template/subscribe",
    }
)
_UPLOAD_FACTOR = 3  # a picture on a slow line is given this many times the timeout of a call


class Client(BaseWeChatClient):  # type: ignore[misc]  # wechatpy has no types
    """The API of one account. All methods of its API classes are awaited.

    They raise `Refused` for the platform's error codes and the wire's errors for the rest.
    """

    draft = Drafts()
    freepublish = FreePublish()
    mass = Mass()
    material = Material()
    media = WeChatMedia()
    message = WeChatMessage()

    def __init__(
        self,
        wire: Wire,
        clock: Clock,
        *,
        base_url: str,
        appid: str,
        secret: str,
        timeout: timedelta = timedelta(seconds=20),
    ) -> None:
        # The base's own constructor is left out: it opens a blocking session and a token store.
        self.appid = appid
        self._wire = wire
        self._base = f"{base_url}/cgi-bin/"
        self._timeout = timeout
        self.tokens = Tokens(
            wire, clock, base_url=base_url, appid=appid, secret=secret, timeout=timeout
        )

    @property
    def access_token(self) -> str:
        """Not here: wechatpy would fetch it synchronously."""
        raise AttributeError("await client.tokens.current()")

    async def _request(self, method: str, url_or_endpoint: str, **kwargs: Any) -> Any:
        token = await self.tokens.current()
        try:
            return await self._call(token, method, url_or_endpoint, **kwargs)
        except Refused as refused:
            if refused.errcode not in DEAD_TOKEN:
                raise
        # Refused for its token, the call surely did nothing: once more is safe, twice is a loop.
        token = await self.tokens.renew(token)
        return await self._call(token, method, url_or_endpoint, **kwargs)

    async def _call(
        self,
        token: str,
        method: str,
        endpoint: str,
        *,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        result_processor: Callable[[Any], Any] | None = None,
    ) -> Any:
        answer = await self._wire.call(
            method.upper(),
            self._base + endpoint,
            what=f"WeChat {endpoint}",
            effect=endpoint in _EFFECTS,
            timeout=self._timeout * _UPLOAD_FACTOR if files else self._timeout,
            params={key: str(value) for key, value in (params or {}).items()}
            | {"access_token": token},
            json=None if files else data,
            data=_form(files, data or {}) if files else None,
        )
        result = result_of(answer)
        try:
            return result_processor(result) if result_processor else result
        except (KeyError, TypeError, ValueError) as error:
            raise answer.unreadable("missing-field", "缺少字段", "without a field") from error


def _form(files: Mapping[str, Any], fields: Mapping[str, Any]) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, (filename, content, media_type) in files.items():
        form.add_field(name, content, filename=filename, content_type=media_type)
    for name, value in fields.items():
        form.add_field(name, str(value))
    return form
