"""Time-ordered identifiers: ULID, 26 characters of Crockford base 32 (github.com/ulid/spec).

48 bits of milliseconds and 80 random bits: text sorts by time of creation, so an index on the id
grows at its end, and a person can read one aloud.
"""

from __future__ import annotations

import secrets
import threading
from datetime import datetime

__all__ = ["IdSource"]

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(a + b for a in _ALPHABET for b in _ALPHABET)
_RANDOM_BITS = 80
_LOW = (1 << 60) - 1
_HIGH_SHIFTS, _LOW_SHIFTS = range(60, -10, -10), range(50, -10, -10)


class IdSource:
    """Makes ids that sort in the order they were made, also within one millisecond."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def new(self, at: datetime) -> str:
        floor = int(at.timestamp() * 1000) << _RANDOM_BITS
        with self._lock:
            if self._last >= floor:
                self._last += 1 + secrets.randbits(40)
            else:
                self._last = floor | secrets.randbits(_RANDOM_BITS)
            value = self._last
        high, low = value >> 60, value & _LOW  # small numbers shift in a fraction of the time
        return "".join(
            [_PAIRS[(high >> shift) & 1023] for shift in _HIGH_SHIFTS]
            + [_PAIRS[(low >> shift) & 1023] for shift in _LOW_SHIFTS]
        )
