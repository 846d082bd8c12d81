"""An access token that a platform gives for a while: kept, and fetched once however many ask.

For platforms that give the same token to every process that asks while it is valid, so that no
lock is needed between machines.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from hub.kernel.clock import Clock
from publishers.wire import Answer

__all__ = ["CachedToken"]

_SPARE_S = 300  # one that ends within five minutes is asked for again


class CachedToken(ABC):
    """Hands out a token that is good for at least five minutes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token = ""
        self._stale_at = 0.0

    async def current(self) -> str:
        """The token in use, fetched when there is none or it ends soon; raises what `_ask` does."""
        async with self._lock:
            if not self._token or self._clock.monotonic() >= self._stale_at:
                await self._fetch()
            return self._token

    async def renew(self, dead: str) -> str:
        """A token that was fetched after `dead` was refused; many callers, one fetch. It may be
        the same one, where the platform has no other."""
        async with self._lock:
            if self._token == dead:
                await self._fetch()
            return self._token

    async def _fetch(self) -> None:
        self._token = ""
        answer, result = await self._ask()
        token, lifetime = result.get("access_token"), result.get("expires_in")
        if not isinstance(token, str) or not token or type(lifetime) is not int:
            raise answer.unreadable("no-token", "没有令牌", "without a token")
        self._token = token
        self._stale_at = self._clock.monotonic() + lifetime - _SPARE_S

    @abstractmethod
    async def _ask(self) -> tuple[Answer, Mapping[str, Any]]:
        """The platform's answer, and the JSON object in it with `access_token` and `expires_in` in
        seconds. Raises the channel's errors."""
