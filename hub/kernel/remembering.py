"""What is kept in memory beside the database: so many entries, and each for so long.

A bound on the number alone lets memory grow with everybody who ever writes, until it is reached.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta
from typing import Generic, TypeVar

from hub.kernel.clock import Clock

__all__ = ["Remembered"]

K = TypeVar("K")
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """The last `most` entries, each for `life` after it was put here; what is over goes when
    something comes."""

    def __init__(self, clock: Clock, life: timedelta, most: int) -> None:
        self._clock = clock
        self._life_s = life.total_seconds()
        self._most = most
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        until, value = self._kept.get(key, (0.0, None))
        return value if until > self._clock.monotonic() else None

    def put(self, key: K, value: V) -> None:
        now = self._clock.monotonic()
        self._kept[key] = (now + self._life_s, value)
        self._kept.move_to_end(key)
        while len(self._kept) > self._most or next(iter(self._kept.values()))[0] <= now:
            self._kept.popitem(last=False)

    def forget(self, key: K) -> None:
        self._kept.pop(key, None)
