"""How much a dispatcher does at a time, and how long before its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

__all__ = ["DispatchSettings"]

# Workers per call that may be under way. Calls and commits take turns on one interpreter: with
# two, each waited for the other a quarter of the time (measured).
_WORKERS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchSettings:
    """At most `connections` routine calls at a time. Many more workers write ahead while those
    run, as far as the gate lets them. As many emergencies again are called beside them. A lease
    outlives every call by far. What is due within `ahead` is claimed and checked already, so that
    at its time only the attempt is left to write."""

    connections: int = 256
    lease: timedelta = timedelta(seconds=60)
    ahead: timedelta = timedelta(milliseconds=500)

    @property
    def workers(self) -> int:
        return self.connections * _WORKERS

    @property
    def claimed(self) -> int:
        """The most deliveries this process holds at a time."""
        return self.connections * (_WORKERS + 2)

    @property
    def most_calls(self) -> int:
        """The most calls under way at a time, routine and emergencies."""
        return 2 * self.connections
