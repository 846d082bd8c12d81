"""How the running process is set up for many small objects that live briefly, and few threads."""

from __future__ import annotations

import ctypes
import gc

__all__ = ["settle_garbage", "settle_memory"]

_YOUNG = 100_000
_MIDDLE = 50
_OLD = 100
_ARENA_MAX = -8  # M_ARENA_MAX of glibc's malloc.h
_ARENAS = 2


def settle_memory() -> bool:
    """Call before any thread is started: they share two heaps. Whether the C library can.

    glibc gives every thread a heap of its own, up to eight for each processor, and each keeps the
    most that its thread ever needed: what one of ten threads needs for a moment, to judge what
    citizens say, was held ten times in the end.
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS))
    except (AttributeError, OSError):  # another C library
        return False


def settle_garbage() -> None:
    """Call once everything is loaded: what lives now is never scanned again, and the collector
    runs a hundred times less often.

    A fan-out makes some hundred objects per delivery, nearly all freed by reference counting;
    with Python's default of 700 the collector took a third of the time looking for cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
