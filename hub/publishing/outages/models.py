"""The values of a held backlog."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Backlog", "Held"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What waits on one account since an outage: how many, due from `first` to `last`; `late` of
    them are past their latest time by now and are not sent any more."""

    account_id: str
    account: str
    channel: str
    count: int
    first: datetime
    last: datetime
    late: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """All that is held of somebody's accounts, the most first."""

    held: tuple[Held, ...]

    @property
    def count(self) -> int:
        return sum(one.count for one in self.held)

    @property
    def late(self) -> int:
        return sum(one.late for one in self.held)

    @property
    def channels(self) -> dict[str, int]:
        """How many on each channel, the most first."""
        found: dict[str, int] = {}
        for one in self.held:
            found[one.channel] = found.get(one.channel, 0) + one.count
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
