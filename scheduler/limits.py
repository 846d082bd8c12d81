"""Rates as data: how long a call has to wait so that no platform is called too often."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError
from redis.asyncio import BlockingConnectionPool

from hub.kernel.clock import Clock
from hub.kernel.errors import Misconfigured, Unavailable, Words
from hub.publishing.models import Declaration, Rate
from hub.publishing.ports import Access

__all__ = ["Limiter"]

_log = structlog.get_logger(__name__)
_MOMENT = 0.05
# A call to Redis, and the wait for one of our connections to it.
_REDIS_TIMEOUT_S = 2.0
_REDIS_CONNECTIONS = 64
_IN_MEMORY = "async+memory://"


class Limiter:
    """Token windows per account, chat and app, in memory or in Redis (`storage_url`).

    A wait never burns an attempt: whoever has to wait gives the delivery back or sleeps. While
    Redis is away nobody knows how many calls the other processes make, so nothing is permitted.
    """

    def __init__(self, clock: Clock, storage_url: str = _IN_MEMORY) -> None:
        self._pool = None if storage_url == _IN_MEMORY else _pool(storage_url)
        storage = MemoryStorage() if self._pool is None else _shared(self._pool)
        self._storage = storage
        self._windows = MovingWindowRateLimiter(storage)
        self._clock = clock
        self._paused: dict[str, float] = {}
        self._items: dict[Rate, RateLimitItem] = {}
        self._away = False

    async def check(self) -> None:
        """Raises Unavailable when the windows cannot be asked."""
        if not await self._storage.check():
            raise _unavailable()

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.aclose()

    @property
    def pausing(self) -> bool:
        """Whether any Retry-After may still be running."""
        return bool(self._paused)

    def pause(self, declaration: Declaration, access: Access, scope: str, wait: timedelta) -> None:
        """Obey a platform's Retry-After for everything in `scope`."""
        key = _key(declaration, access, scope)
        until = self._clock.monotonic() + wait.total_seconds()
        self._paused[key] = max(until, self._paused.get(key, 0.0))

    async def delay(
        self, declaration: Declaration, access: Access, *, urgent: bool = False
    ) -> float:
        """Take one permit of every rate; or the seconds to wait, with none taken.

        A tenth of every rate, at least one permit where there are several, is kept for `urgent`.
        Raises Unavailable while Redis is away.
        """
        if self._paused and (wait := self.pause_left(declaration, access)) > 0:
            return wait
        windows = [
            (self._item(rate), _key(declaration, access, rate.scope)) for rate in declaration.rates
        ]
        try:
            wait = await self._take(windows, urgent)
        except (StorageError, OSError) as error:
            self._tell(away=True)
            raise _unavailable() from error
        self._tell(away=False)
        return wait

    async def _take(self, windows: Sequence[tuple[RateLimitItem, str]], urgent: bool) -> float:
        for item, key in windows:
            reset_at, left = await self._windows.get_window_stats(item, key)
            if left <= (0 if urgent else _kept(item)):
                return max(_MOMENT, reset_at - self._clock.now().timestamp())
        for item, key in windows:
            if not await self._windows.hit(item, key):  # another process was quicker
                return _MOMENT
        return 0.0

    def _tell(self, away: bool) -> None:
        """Once per outage, not once per delivery."""
        if away != self._away:
            self._away = away
            report = _log.warning if away else _log.info
            report("limits.redis-away" if away else "limits.redis-back")

    def pause_left(self, declaration: Declaration, access: Access) -> float:
        """For how many seconds a Retry-After still forbids any call for `access`."""
        now = self._clock.monotonic()
        self._paused = {key: until for key, until in self._paused.items() if until > now}
        keys = {_key(declaration, access, scope) for scope in ("account", "chat", "app")}
        return max((self._paused[key] - now for key in keys & self._paused.keys()), default=0.0)

    def _item(self, rate: Rate) -> RateLimitItem:
        item = self._items.get(rate)
        if item is None:
            seconds = max(1, math.ceil(rate.per.total_seconds()))
            item = self._items[rate] = RateLimitItemPerSecond(rate.count, seconds)
        return item


def _pool(storage_url: str) -> BlockingConnectionPool:
    """Connections for `async+redis://`, `async+rediss://` or `async+unix://`."""
    try:
        return BlockingConnectionPool.from_url(
            storage_url.removeprefix("async+"),
            max_connections=_REDIS_CONNECTIONS,
            timeout=_REDIS_TIMEOUT_S,
            socket_timeout=_REDIS_TIMEOUT_S,
            socket_connect_timeout=_REDIS_TIMEOUT_S,
        )
    except ValueError:
        # the address may hold a password, so neither it nor the cause is repeated
        raise Misconfigured(
            Words("Redis 地址无效", "this is no address of a Redis"),
            field="redis_url",
            remedy=Words("使用 redis://主机:端口/库号", "use redis://host:port/number"),
        ) from None


def _shared(pool: BlockingConnectionPool) -> RedisStorage:
    options: dict[str, Any] = {"implementation": "redispy", "connection_pool": pool}
    # the pool knows the address; this one only names the kind of storage
    return RedisStorage("async+redis://", wrap_exceptions=True, **options)


def _unavailable() -> Unavailable:
    return Unavailable(
        Words("Redis 没有应答，限流状态未知", "Redis does not answer, so no rate is known"),
        field="redis_url",
        remedy=Words(
            "恢复 Redis；等待中的发布会自动继续",
            "bring Redis back; what waits then goes on by itself",
        ),
    )


def _kept(item: RateLimitItem) -> int:
    """How many permits routine work leaves alone."""
    return 0 if item.amount == 1 else max(1, item.amount // 10)


def _key(declaration: Declaration, access: Access, scope: str) -> str:
    """`app` is what shares one set of credentials: a bot in many chats, an app of many users."""
    subject = access.account_id
    if scope == "app":
        app = access.settings.get("app_key") or sorted(access.credentials.items())
        subject = hashlib.sha256(repr((access.base_url, app)).encode()).hexdigest()[:16]
    return f"{declaration.name}:{scope}:{subject}"
