"""How fast one person may write before they are not answered any more."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import timedelta
from enum import StrEnum

from hub.kernel.clock import Clock

__all__ = ["Pace", "Speed"]

_MOST_SENDERS = 100_000


class Speed(StrEnum):
    FINE = "fine"
    WARNED = "warned"  # the first one too many: they are told
    OVER = "over"  # every further one: received, and neither kept nor answered


class Pace:
    """At most `count` messages of one sender within `per`, counted as they come."""

    def __init__(self, clock: Clock, count: int, per: timedelta) -> None:
        self._clock = clock
        self._count = count
        self._per_s = per.total_seconds()
        self._senders: OrderedDict[str, deque[float]] = OrderedDict()
        self._warned: OrderedDict[str, float] = OrderedDict()

    def judge(self, sender: str) -> Speed:
        now = self._clock.monotonic()
        self._let_go(now)
        times = self._senders.get(sender)
        if times is None:
            times = self._senders[sender] = deque(maxlen=self._count)
            if len(self._senders) > _MOST_SENDERS:
                self._senders.popitem(last=False)
        else:
            self._senders.move_to_end(sender)
        if len(times) < self._count or now - times[0] >= self._per_s:
            times.append(now)
            return Speed.FINE
        if now - self._warned.get(sender, -self._per_s) < self._per_s:
            return Speed.OVER
        self._warned[sender] = now
        self._warned.move_to_end(sender)
        if len(self._warned) > _MOST_SENDERS:
            self._warned.popitem(last=False)
        return Speed.WARNED

    def _let_go(self, now: float) -> None:
        """Forget from the front, where those are who have written least lately, whoever's messages
        count no more: else memory grows with everybody who ever wrote."""
        while self._senders and now - next(iter(self._senders.values()))[-1] >= self._per_s:
            self._senders.popitem(last=False)
        while self._warned and now - next(iter(self._warned.values())) >= self._per_s:
            self._warned.popitem(last=False)
