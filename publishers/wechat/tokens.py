"""The access token of one account: stable_token in normal mode, one fetch at a time.

Normal mode returns the same token to every process that asks while it is valid, so no lock is
needed between machines (getStableAccessToken). `force_refresh` is never used: 20 a day, and it is
an operator's answer to a leak.
"""

from __future__ import annotations

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
        super().__init__(clock)
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
