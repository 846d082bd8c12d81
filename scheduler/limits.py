"""Rates as data: how long a call has to wait so that no platform is called too often."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError
from redis.asyncio import BlockingConnectionPool

from hub.kernel.clock import Clock
from hub.kernel.errors import Unavailable, Words
from hub.kernel.redis_pool import redis_pool
from hub.publishing.models import Declaration, Rate
from hub.publishing.ports import Access
from hub.publishing.scopes import kept_for_emergencies, keys_by_scope
from scheduler.permits import MOMENT, Permits, Window
from scheduler.windows import WindowsInMemory, WindowsInRedis

__all__ = ["Limiter"]

_log = structlog.get_logger(__name__)
_REDIS_CONNECTIONS = 64
_IN_MEMORY = "async+memory://"


class Limiter:
    """Token windows per account, chat and app, in memory or in Redis (`storage_url`).

    In memory each of `share()` processes takes its part of every rate, at least one call: several
    workers without a Redis stay within a platform's limits as long as a rate has a call for each.

    A wait never burns an attempt: whoever has to wait gives the delivery back or sleeps. While
    Redis is away nobody knows how many calls the other processes make, so nothing is permitted.
    """

    def __init__(self, clock: Clock, storage_url: str = _IN_MEMORY) -> None:
        self._pool = None if storage_url == _IN_MEMORY else _pool(storage_url)
        pool = self._pool
        storage = WindowsInMemory(clock) if pool is None else WindowsInRedis(clock, pool)
        self._storage = storage
        self._windows = MovingWindowRateLimiter(storage)
        self._permits = Permits(self._state, self._hit)
        self._clock = clock
        self._paused: dict[str, float] = {}
        self._untold: set[str] = set()
        self._chats: dict[str, set[str]] = {}
        self._items: dict[tuple[Rate, int], RateLimitItem] = {}
        self.share: Callable[[], int] = lambda: 1
        self._keys: dict[tuple[str, str], tuple[Access, Mapping[str, str]]] = {}
        self._away = False
        # calls of a former life, oldest first, by what they are counted under and for how long
        self._before: dict[tuple[str, int], list[float]] = {}

    @property
    def remembers(self) -> bool:
        """Whether the windows outlive this process."""
        return self._pool is not None

    def recall(self, declaration: Declaration, access: Access, begun: datetime) -> None:
        """Count a call that a former life of this process began; to be told oldest first."""
        keys = self._keys_of(declaration, access)
        for rate in declaration.rates:
            window = keys[rate.scope], self._item(rate).get_expiry()
            self._before.setdefault(window, []).append(begun.timestamp())

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
        """Obey a platform's Retry-After for everything in `scope`: account, chat or app.

        A platform that refuses a chat does not say whether it means the chat or the bot. While
        one chat of an app is paused, a second one that is refused pauses the whole app.
        """
        keys = self._keys_of(declaration, access)
        now = self._clock.monotonic()
        self._hold(keys[scope], now + wait.total_seconds())
        if scope != "chat":
            return
        chats = self._chats.setdefault(keys["app"], set())
        chats.intersection_update(key for key, until in self._paused.items() if until > now)
        chats.add(keys["chat"])
        if len(chats) > 1:
            self._hold(keys["app"], now + wait.total_seconds())

    def _hold(self, key: str, until: float) -> None:
        if until > self._paused.get(key, 0.0):
            self._paused[key] = until
            self._untold.add(key)

    def untold(self) -> dict[str, datetime]:
        """The pauses that other processes have not been told of, with their ends; told once."""
        now, at = self._clock.monotonic(), self._clock.now()
        ends = {key: self._paused.get(key, now) - now for key in self._untold}
        self._untold.clear()
        self._paused = {key: until for key, until in self._paused.items() if until > now}
        return {key: at + timedelta(seconds=left) for key, left in ends.items() if left > 0}

    def still_untold(self, keys: Iterable[str]) -> None:
        """What `untold` gave could not be told."""
        self._untold.update(keys)

    def learn(self, pauses: Mapping[str, datetime]) -> None:
        """Obey what other processes, or this one in a former life, were told."""
        now, at = self._clock.monotonic(), self._clock.now()
        for key, until in pauses.items():
            left = (until - at).total_seconds()
            if left > 0:
                self._paused[key] = max(now + left, self._paused.get(key, 0.0))

    async def delay(
        self, declaration: Declaration, access: Access, *, urgent: bool = False
    ) -> float:
        """Take one permit of every rate; or the seconds to wait, with none taken.

        A tenth of every rate, at least one permit where there are several, is kept for `urgent`.
        Raises Unavailable while Redis is away.
        """
        if self._paused and (wait := self.pause_left(declaration, access)) > 0:
            return wait
        keys = self._keys_of(declaration, access)
        windows = [(self._item(rate), keys[rate.scope]) for rate in declaration.rates]
        try:
            wait = await self._take(windows, urgent)
        except (StorageError, OSError) as error:
            self._tell(away=True)
            raise _unavailable() from error
        self._tell(away=False)
        return wait

    async def _take(self, windows: Sequence[Window], urgent: bool) -> float:
        if self._pool is not None:
            return await self._permits.take(windows, urgent)
        for window in windows:
            again, left = await self._state(window)
            if left <= (0 if urgent else kept_for_emergencies(window[0].amount)):
                return max(MOMENT, again)
        for window in windows:
            if not await self._hit(window, 1):
                return MOMENT
        return 0.0

    async def _state(self, window: Window) -> tuple[float, int]:
        """In how many seconds a permit comes back, and how many are left."""
        item, key = window
        reset_at, left = await self._windows.get_window_stats(item, key)
        if self._before and (earlier := self._begun_before(key, item)):
            reset_at, left = earlier[0] + item.get_expiry(), left - len(earlier)
        return reset_at - self._clock.now().timestamp(), left

    async def _hit(self, window: Window, count: int) -> bool:
        return await self._windows.hit(*window, cost=count)

    def _begun_before(self, key: str, item: RateLimitItem) -> list[float]:
        """What of a former life is still in the window; it is older than anything of this one."""
        window = key, item.get_expiry()
        begun = self._before.get(window, [])
        place = bisect_right(begun, self._clock.now().timestamp() - item.get_expiry())
        if begun and place == len(begun):
            del self._before[window]
        return begun[place:]

    def _tell(self, away: bool) -> None:
        """Once per outage, not once per delivery."""
        if away != self._away:
            self._away = away
            report = _log.warning if away else _log.info
            report("limits.redis-away" if away else "limits.redis-back")

    def pause_left(self, declaration: Declaration, access: Access) -> float:
        """For how many seconds a Retry-After still forbids any call for `access`."""
        now, left = self._clock.monotonic(), 0.0
        for key in self._keys_of(declaration, access).values():
            until = self._paused.get(key)
            if until is not None and until <= now:
                del self._paused[key]
            elif until is not None:
                left = max(left, until - now)
        return left

    def _keys_of(self, declaration: Declaration, access: Access) -> Mapping[str, str]:
        """By scope, what a window or pause is kept under; made once per account and revision."""
        known = self._keys.get((declaration.name, access.account_id))
        if known is None or known[0] is not access:
            known = access, keys_by_scope(declaration, access)
            self._keys[declaration.name, access.account_id] = known
        return known[1]

    def _item(self, rate: Rate) -> RateLimitItem:
        among = 1 if self.remembers else max(1, self.share())
        item = self._items.get((rate, among))
        if item is None:
            seconds = max(1, math.ceil(rate.per.total_seconds()))
            count = max(1, rate.count // among)
            item = self._items[rate, among] = RateLimitItemPerSecond(count, seconds)
        return item


def _pool(storage_url: str) -> BlockingConnectionPool:
    """Connections for `async+redis://`, `async+rediss://` or `async+unix://`."""
    return redis_pool(storage_url.removeprefix("async+"), connections=_REDIS_CONNECTIONS)


def _unavailable() -> Unavailable:
    return Unavailable(
        Words("Redis 没有应答，限流状态未知", "Redis does not answer, so no rate is known"),
        field="redis_url",
        remedy=Words(
            "恢复 Redis；等待中的发布会自动继续",
            "bring Redis back; what waits then goes on by itself",
        ),
    )
