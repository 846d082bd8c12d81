"""The access token of one application: cached, fetched once however many ask.

The platform gives the same token to every process that asks while it is valid (gettoken, 90231),
so no lock is needed between machines.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from hub.kernel.clock import Clock
from hub.publishing.ports import Access
from publishers.wecom.codes import CODES
from publishers.wire import Wire

__all__ = ["Tokens"]

_SPARE_S = 300  # a token that ends within five minutes is asked for again


class Tokens:
    """Hands out one application's token."""

    def __init__(self, wire: Wire, clock: Clock, access: Access, timeout: timedelta) -> None:
        self._wire = wire
        self._clock = clock
        self._url = f"{access.base_url}/cgi-bin/gettoken"
        self._query = {
            "corpid": access.credentials.get("corpid", ""),
            "corpsecret": access.credentials.get("secret", ""),
        }
        self._timeout = timeout
        self._lock = asyncio.Lock()
        self._token = ""
        self._stale_at = 0.0

    async def current(self) -> str:
        """The token in use, fetched when there is none or it ends soon."""
        async with self._lock:
            if not self._token or self._clock.monotonic() >= self._stale_at:
                await self._fetch()
            return self._token

    async def renew(self, dead: str) -> str:
        """A token that was fetched after `dead` was refused; many callers, one fetch."""
        async with self._lock:
            if self._token == dead:
                await self._fetch()
            return self._token

    async def _fetch(self) -> None:
        self._token = ""
        answer = await self._wire.call(
            "GET",
            self._url,
            what="WeCom gettoken",
            effect=False,
            timeout=self._timeout,
            params=self._query,
        )
        result = CODES.result_of(answer)
        token, lifetime = result.get("access_token"), result.get("expires_in")
        if not isinstance(token, str) or not token or type(lifetime) is not int:
            raise answer.unreadable("no-token", "没有令牌", "without a token")
        self._token = token
        self._stale_at = self._clock.monotonic() + lifetime - _SPARE_S
