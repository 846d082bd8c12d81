"""How the running process is set up for many small objects that live briefly."""

from __future__ import annotations

import gc

__all__ = ["settle_garbage"]

_YOUNG = 100_000
_MIDDLE = 50
_OLD = 100


def settle_garbage() -> None:
    """Call once everything is loaded: what lives now is never scanned again, and the collector
    runs a hundred times less often.

    A fan-out makes some hundred objects per delivery, nearly all freed by reference counting;
    with Python's default of 700 the collector took a third of the time looking for cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
