"""Random bytes of the kernel's generator, drawn many at a time.

For ids, and for what stands before a sealed message and in its signature: nothing that is secret,
and nothing that a copy of the running machine must not draw again.
Each draw by itself gives the interpreter away, and a thread that waits for it is woken, finds it
taken again and goes back to sleep: with the database's writer at work that took a tenth of the
loop's time. Keys, tokens and the vault's nonces are drawn by `secrets`, of which nothing is kept.
"""

from __future__ import annotations

import os
import threading

__all__ = ["random_bytes"]

_DRAWN = 8192


class _Drawn:
    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._lock = threading.Lock()
        self._bytes, self._at = b"", 0

    def take(self, count: int) -> bytes:
        if count > _DRAWN:
            return os.urandom(count)
        with self._lock:
            end = self._at + count
            if end > len(self._bytes):
                self._bytes, self._at, end = os.urandom(_DRAWN), 0, count
            taken = self._bytes[self._at : end]
            self._at = end
        return taken


_drawn = _Drawn()
os.register_at_fork(after_in_child=_drawn.forget)  # else parent and child drew the same


def random_bytes(count: int) -> bytes:
    """`count` bytes that nobody gets a second time, from any thread."""
    return _drawn.take(count)
