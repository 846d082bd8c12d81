"""The access token of one account: stable_token in normal mode, one fetch at a time.

Normal mode returns the same token to every process that asks while it is valid, so no process can
take another's away (getStableAccessToken): a shelf in common saves calls, and its loss costs some.
/cgi-bin/token is another matter and is not used: there every call ends the token before it within
five minutes, and processes that ask beside each other do so in turn for ever. `force_refresh` is
never used: 20 a day, and it is an operator's answer to a leak.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hub.kernel.clock import Clock
from publishers.tokens import CachedToken
from publishers.wechat.codes import Refused
from publishers.wire import Answer, Wire

__all__ = ["Tokens", "result_of"]


class Tokens(CachedToken):
    """Hands out one account's token. The platform renews five minutes before the end; then both
    tokens work. Raises Refused."""

    def __init__(
        self,
        wire: Wire,
        clock: Clock,
        *,
        base_url: str,
        appid: str,
        secret: str,
        timeout: timedelta,
    ) -> None:
        door = hashlib.sha256(repr((base_url, appid, secret)).encode()).hexdigest()
        super().__init__(clock, wire.shelf, f"wechat:{door}")
        self._wire = wire
        self._url = f"{base_url}/cgi-bin/stable_token"
        self._appid = appid
        self._secret = secret
        self._timeout = timeout

    async def _ask(self) -> tuple[Answer, Mapping[str, Any]]:
        request = {
            "grant_type": "client_credential",
            "appid": self._appid,
            "secret": self._secret,
            "force_refresh": False,
        }
        answer = await self._wire.call(
            "POST",
            self._url,
            what="WeChat stable_token",
            effect=False,
            timeout=self._timeout,
            json=request,
        )
        return answer, result_of(answer)


def result_of(answer: Answer) -> Mapping[str, Any]:
    """The JSON object in an answer; raises Refused for an error code, whatever HTTP says.

    Every refusal of this platform comes with HTTP 200, so any other status is some machine on
    the way and decides nothing.
    """
    if answer.status != 200:
        raise answer.unreadable("http-status", "状态异常", "of an unexpected status")
    result = answer.json()
    if not isinstance(result, dict):
        raise answer.unreadable("not-an-object", "不是对象", "no JSON object")
    code = result.get("errcode", 0)
    if not isinstance(code, int):
        raise answer.unreadable("odd-errcode", "错误码异常", "with an odd error code")
    if code != 0:
        raise Refused(code, str(result.get("errmsg", "")), result, answer.what)
    return result
