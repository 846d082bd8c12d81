"""How often one key may ask: 429 with Retry-After, and headers that say how much is left."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import structlog
from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError

from hub.kernel.clock import Clock
from hub.kernel.errors import Words
from hub.kernel.redis_pool import redis_pool
from hub.organisations.tokens.models import Token
from web.statuses import TooManyRequests

__all__ = ["Keeper", "Rates", "SharedRates"]

_log = structlog.get_logger(__name__)
_WINDOW_S = 60
_CONNECTIONS = 16


class Keeper(Protocol):
    async def hit(self, token: Token) -> Mapping[str, str]:
        """The headers of an answer to this request (draft-ietf-httpapi-ratelimit-headers); raises
        TooManyRequests with the same headers, and when to come again."""
        ...

    async def close(self) -> None: ...


class Rates:
    """A bucket for each key, counted in this process: full it holds what a key may ask in a
    minute, and it fills as evenly as time goes by."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[str, tuple[float, datetime]] = {}

    async def hit(self, token: Token) -> Mapping[str, str]:
        now, most = self._clock.now(), token.per_minute
        level, at = self._buckets.get(token.id, (float(most), now))
        rate = most / _WINDOW_S
        level = min(most, level + max(0.0, (now - at).total_seconds()) * rate)
        within = level >= 1
        level -= 1 if within else 0
        self._buckets[token.id] = (level, now)
        headers = _headers(most, int(level), math.ceil((most - level) / rate))
        if not within:
            raise _too_fast(headers, max(1, math.ceil((1 - level) / rate)))
        return headers

    async def close(self) -> None:
        """Nothing is open."""


class SharedRates:
    """The requests of the last minute, counted in Redis for all web nodes together; while it is
    away each node counts its own."""

    def __init__(self, clock: Clock, redis_url: str) -> None:
        self._clock = clock
        self._pool = redis_pool(redis_url, connections=_CONNECTIONS)
        options: dict[str, Any] = {"implementation": "redispy", "connection_pool": self._pool}
        # the pool knows the address; this one only names the kind of storage
        storage = RedisStorage("async+redis://", wrap_exceptions=True, **options)
        self._windows = MovingWindowRateLimiter(storage)
        self._own = Rates(clock)

    async def hit(self, token: Token) -> Mapping[str, str]:
        most = token.per_minute
        window = RateLimitItemPerSecond(most, _WINDOW_S, namespace="staff-key")
        try:
            within = await self._windows.hit(window, token.id)
            reset_at, left = await self._windows.get_window_stats(window, token.id)
        except (StorageError, OSError) as error:
            _log.warning("rates.redis-away", error=type(error).__name__)
            return await self._own.hit(token)
        wait = max(1, math.ceil(reset_at - self._clock.now().timestamp()))
        headers = _headers(most, max(0, left), wait)
        if not within:
            raise _too_fast(headers, wait)
        return headers

    async def close(self) -> None:
        await self._pool.aclose()


def _headers(most: int, left: int, wait: int) -> dict[str, str]:
    return {
        "RateLimit-Policy": f'"key";q={most};w={_WINDOW_S}',
        "RateLimit": f'"key";r={left};t={wait}',
    }


def _too_fast(headers: dict[str, str], wait: int) -> TooManyRequests:
    return TooManyRequests(
        Words("此密钥的请求过于频繁", "too many requests with this key"),
        headers=headers | {"Retry-After": str(wait)},
        remedy=Words("按 Retry-After 等候", "wait as Retry-After says"),
    )
