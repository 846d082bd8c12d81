"""A process of `gongkai` whose limits run faster and whose clock may be wrong.

    python -m benchmarks.hosts.node PACE CALLS_PER_HOUR SKEW_SECONDS worker|clock|web …

It is the command itself, started after the clock's `now` was moved and the rates' windows were
shortened in this process.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from app.__main__ import main
from benchmarks.pace import scale
from hub.kernel.clock import SystemClock

__all__: list[str] = []


def skew(seconds: float) -> None:
    """From now on this process believes that it is so much later."""
    ahead = timedelta(seconds=seconds)

    def now(self: SystemClock) -> datetime:
        return datetime.now(UTC) + ahead

    SystemClock.now = now  # type: ignore[method-assign]


if __name__ == "__main__":
    pace, calls, ahead, *words = sys.argv[1:]
    scale(float(pace), int(calls))
    if float(ahead):
        skew(float(ahead))
    sys.argv = ["gongkai", *words]
    main()
