"""Rates as data: how long a call has to wait so that no platform is called too often."""

from __future__ import annotations

import hashlib
import math
from datetime import timedelta

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import Storage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.storage import storage_from_string

from hub.kernel.clock import Clock
from hub.kernel.errors import Misconfigured, Words
from hub.publishing.models import Declaration, Rate
from hub.publishing.ports import Access

__all__ = ["Limiter"]


_MOMENT = 0.05


class Limiter:
    """Token windows per account, chat and app, in memory or in Redis (`storage_url`).

    A wait never burns an attempt: whoever has to wait gives the delivery back or sleeps.
    """

    def __init__(self, clock: Clock, storage_url: str = "async+memory://") -> None:
        storage = storage_from_string(storage_url)
        if not isinstance(storage, Storage):
            raise Misconfigured(
                Words(f"限流存储需异步：{storage_url}", f"not an async storage: {storage_url}"),
                field="redis_url",
                remedy=Words("使用 async+redis://…", "use async+redis://…"),
            )
        self._windows = MovingWindowRateLimiter(storage)
        self._clock = clock
        self._paused: dict[str, float] = {}
        self._items: dict[Rate, RateLimitItem] = {}

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
        """
        if self._paused and (wait := self._pause_left(declaration, access)) > 0:
            return wait
        windows = [
            (self._item(rate), _key(declaration, access, rate.scope)) for rate in declaration.rates
        ]
        for item, key in windows:
            reset_at, left = await self._windows.get_window_stats(item, key)
            if left <= (0 if urgent else _kept(item)):
                return max(_MOMENT, reset_at - self._clock.now().timestamp())
        for item, key in windows:
            if not await self._windows.hit(item, key):  # another process was quicker
                return _MOMENT
        return 0.0

    def _pause_left(self, declaration: Declaration, access: Access) -> float:
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
