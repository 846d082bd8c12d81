"""What a look at the whole ledger says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

__all__ = ["MOST", "Overview"]

MOST = 1_000  # counted no further: whoever has so many needs no exact number


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Each a count up to MOST. `late`: due for over a minute and not begun; `latest`: how late the
    oldest of them is. `beat`: how long ago the dispatcher last said that it runs, None where it
    never did."""

    late: int
    latest: timedelta
    blocked: int
    unknown: int
    failed: int
    beat: timedelta | None
