"""An access token that a platform gives for a while: kept, and fetched once however many ask.

For platforms that give the same token to every process that asks while it is valid: several
processes without a shelf in common ask once each, and none takes another's token away.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from hub.kernel.clock import Clock
from publishers.shelf import Shelf
from publishers.wire import Answer

__all__ = ["CachedToken"]

_SPARE_S = 300  # one that ends within five minutes is asked for again
_LOOK_S = 0.1
_PATIENCE_S = 10.0  # for another process that asks just now


class CachedToken(ABC):
    """Hands out a token that is good for at least five minutes. With a `shelf` one process asks
    the platform for the token called `name`, and the others take it from there."""

    def __init__(self, clock: Clock, shelf: Shelf | None = None, name: str = "") -> None:
        self._clock = clock
        self._shelf = shelf
        self._name = name
        self._lock = asyncio.Lock()
        self._token = ""
        self._stale_at = 0.0

    async def current(self) -> str:
        """The token in use, fetched when there is none or it ends soon; raises what `_ask` does."""
        async with self._lock:
            if not self._token or self._clock.monotonic() >= self._stale_at:
                await self._renew(dead="")
            return self._token

    async def renew(self, dead: str) -> str:
        """A token that was fetched after `dead` was refused; many callers, one fetch. It may be
        the same one, where the platform has no other."""
        async with self._lock:
            if self._token == dead:
                await self._renew(dead)
            return self._token

    async def _renew(self, dead: str) -> None:
        """Take the token that lies on the shelf, unless it is the dead one; else ask for it, in
        turn with other processes."""
        self._token = ""
        if self._shelf is None:
            await self._fetch()
            return
        end = self._clock.monotonic() + _PATIENCE_S
        while not await self._taken(dead):
            mark = await self._shelf.take_turn(self._name)
            if not mark and self._clock.monotonic() < end:
                await self._clock.sleep(_LOOK_S)
                continue
            try:
                # another one's turn may have ended between the look and ours
                if not await self._taken(dead):
                    await self._fetch()
            finally:
                if mark:
                    await self._shelf.end_turn(self._name, mark)
            return

    async def _taken(self, dead: str) -> bool:
        found = await self._shelf.find(self._name) if self._shelf else None
        if found is None or found[0] == dead or found[1] <= 0:
            return False
        self._token, self._stale_at = found[0], self._clock.monotonic() + found[1]
        return True

    async def _fetch(self) -> None:
        answer, result = await self._ask()
        token, lifetime = result.get("access_token"), result.get("expires_in")
        if not isinstance(token, str) or not token or type(lifetime) is not int:
            raise answer.unreadable("no-token", "没有令牌", "without a token")
        self._token = token
        self._stale_at = self._clock.monotonic() + lifetime - _SPARE_S
        if self._shelf is not None and lifetime > _SPARE_S:
            await self._shelf.put(self._name, token, lifetime - _SPARE_S)

    @abstractmethod
    async def _ask(self) -> tuple[Answer, Mapping[str, Any]]:
        """The platform's answer, and the JSON object in it with `access_token` and `expires_in` in
        seconds. Raises the channel's errors."""
