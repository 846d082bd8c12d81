"""Windows of rates by the hub's clock, in this process or in a Redis.

The library `limits` asks the machine for the time; a window must pass when it passes for whoever
is told how long to wait for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from limits.aio.storage import MemoryStorage, RedisStorage
from redis.asyncio import BlockingConnectionPool

from hub.kernel.clock import Clock

__all__ = ["WindowsInMemory", "WindowsInRedis"]

_SWEEP_S = 60.0


class WindowsInMemory(MemoryStorage):
    """Calls per key, the oldest first; a key whose window has passed is forgotten."""

    STORAGE_SCHEME = None  # type: ignore[assignment]  # made here, never from an address

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._calls: dict[str, tuple[int, deque[float]]] = {}
        self._swept = clock.monotonic()

    def __len__(self) -> int:
        """How many keys are held."""
        return len(self._calls)

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        now = self._clock.now().timestamp()
        self._sweep(now)
        if len(self._within(key, now, expiry)) + amount > limit:
            return False
        _, calls = self._calls.setdefault(key, (expiry, deque()))
        calls.extend([now] * amount)
        return True

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        now = self._clock.now().timestamp()
        calls = self._within(key, now, expiry)
        return (calls[0], len(calls)) if calls else (now, 0)

    def _within(self, key: str, now: float, expiry: int) -> Sequence[float]:
        _, calls = self._calls.get(key, (expiry, deque()))
        while calls and calls[0] < now - expiry:
            calls.popleft()
        return calls

    def _sweep(self, now: float) -> None:
        """Chats are many and come once: what is asked about no more has to go by itself."""
        if self._clock.monotonic() - self._swept < _SWEEP_S:
            return
        self._swept = self._clock.monotonic()
        passed = [
            key
            for key, (expiry, calls) in self._calls.items()
            if not calls or calls[-1] < now - expiry
        ]
        for key in passed:
            del self._calls[key]


class WindowsInRedis(RedisStorage):
    """Windows that several processes share; Redis itself only drops keys, by its own clock."""

    STORAGE_SCHEME = None  # type: ignore[assignment]  # made here, never from an address

    def __init__(self, clock: Clock, pool: BlockingConnectionPool) -> None:
        options: dict[str, Any] = {"implementation": "redispy", "connection_pool": pool}
        # the pool knows the address; this one only names the kind of storage
        super().__init__("async+redis://", wrap_exceptions=True, **options)
        self._clock = clock

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        name, now = self.bridge.prefixed_key(key), self._clock.now().timestamp()
        scripts: Any = self.bridge
        return bool(await scripts.lua_acquire_moving_window([name], [now, limit, expiry, amount]))

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        name, now = self.bridge.prefixed_key(key), self._clock.now().timestamp()
        scripts: Any = self.bridge
        window = await scripts.lua_moving_window([name], [now - expiry, limit])
        return (float(window[0]), int(window[1])) if window else (now, 0)
