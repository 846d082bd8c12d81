"""A clock: what started it, when it ends, and how that was counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

__all__ = ["Clock", "ClockKind", "Counted", "Level", "Standing", "Thresholds"]


class ClockKind(StrEnum):
    PRINTED = "two-hours-after-printing"
    ENDED = "a-day-after-the-end"
    FORMED = "twenty-working-days"
    INTERPRETATION = "three-working-days"
    OWN = "own-limit"


class Standing(StrEnum):
    """How an item stands with its clock."""

    NONE = "none"  # no clock: not to be published, or public before it came here
    NOT_STARTED = "not-started"
    RUNNING = "running"
    NEAR = "near"
    EXPIRED = "expired"
    UNKNOWN = "unknown"  # it ends in a year whose holidays nobody has announced
    MET = "met"
    LATE = "late"  # published after it had ended


class Level(StrEnum):
    """Who is told, one after the other."""

    WARNING = "warning"  # the responsible unit, before it ends
    SECTION_HEAD = "section-head"
    LEADER = "leader"
    DISCLOSURE_OFFICE = "disclosure-office"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """`days` working days after `start`, which itself is not counted.

    `due` is the last of them, None when that lies in `unknown_year`. `holidays`, `weekends` and
    `make_up` are the days in between that were left out, and the weekend days that were worked.
    """

    start: date
    days: int
    due: date | None
    holidays: tuple[date, ...]
    weekends: tuple[date, ...]
    make_up: tuple[date, ...]
    unknown_year: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One running or ended clock. Instants are UTC; `due_at` is the first moment that is late,
    None while the clock has not started or its end is not known."""

    kind: ClockKind
    started_at: datetime | None = None
    started_on: date | None = None
    due_at: datetime | None = None
    counted: Counted | None = None

    @property
    def started(self) -> bool:
        return self.started_at is not None or self.started_on is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """How long before the end to warn (clocks of hours, clocks of days), and how long after it
    the leader and the disclosure office are told, in seconds."""

    warn_hours_clock: int = 3_600
    warn_days_clock: int = 3 * 86_400
    leader_after: int = 4 * 3_600
    office_after: int = 24 * 3_600
