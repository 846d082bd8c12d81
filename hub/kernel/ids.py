"""Time-ordered identifiers: ULID, 26 characters of Crockford base 32 (github.com/ulid/spec).

48 bits of milliseconds and 80 random bits: text sorts by time of creation, so an index on the id
grows at its end, and a person can read one aloud.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from hub.kernel.chance import random_bytes

__all__ = ["IdSource", "first_at", "made_at"]

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(a + b for a in _ALPHABET for b in _ALPHABET)
_ALL = frozenset(_ALPHABET)
_SIGNS, _TIME_SIGNS = 26, 10
_RANDOM_BITS = 80
_LOW_BITS = 60
_LOW = (1 << _LOW_BITS) - 1
_STEP = (1 << 40) - 1


def made_at(ulid: str) -> datetime | None:
    """When an id was made, to the millisecond; None for what is no id."""
    if len(ulid) != _SIGNS or not _ALL.issuperset(ulid) or ulid[0] > "7":
        return None
    since = 0
    for sign in ulid[:_TIME_SIGNS]:
        since = since << 5 | _ALPHABET.index(sign)
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=since)
    except OverflowError:
        return None


def first_at(at: datetime) -> str:
    """The least id that can be made at `at`: what is made earlier sorts before it."""
    return _written([max(0, int(at.timestamp() * 1000)) << _RANDOM_BITS])[0]


class IdSource:
    """Makes ids that sort in the order they were made, also within one millisecond."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def new(self, at: datetime) -> str:
        return self.many(at, 1)[0]

    def many(self, at: datetime, count: int) -> list[str]:
        """`count` ids at once, in their order: a hundred thousand in a tenth of a second."""
        floor = int(at.timestamp() * 1000) << _RANDOM_BITS
        steps = memoryview(random_bytes(8 * count)).cast("Q")
        with self._lock:
            value = self._last
            if count and value < floor:
                value = floor | int.from_bytes(random_bytes(_RANDOM_BITS // 8)) >> 1
            values = [value := value + 1 + (step & _STEP) for step in steps]
            self._last = value
        return _written(values)


def _written(values: Iterable[int]) -> list[str]:
    """The ids' text. Neighbours share their high half, and small numbers shift in a fraction of
    the time."""
    pairs, texts, known, start = _PAIRS, [], -1, ""
    for value in values:
        high, low = value >> _LOW_BITS, value & _LOW
        if high != known:
            known = high
            start = "".join([pairs[(high >> shift) & 1023] for shift in range(60, -10, -10)])
        texts.append(
            start
            + pairs[low >> 50]
            + pairs[(low >> 40) & 1023]
            + pairs[(low >> 30) & 1023]
            + pairs[(low >> 20) & 1023]
            + pairs[(low >> 10) & 1023]
            + pairs[low & 1023]
        )
    return texts
