"""What is counted for a body, and what an indicator says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from operator import add, attrgetter
from zoneinfo import ZoneInfo

from hub.kernel.errors import Words
from hub.organisations.models import Body

__all__ = ["Board", "Indicator", "Limit", "Measured", "Name", "Period", "Tally", "Unit"]


class Name(StrEnum):
    PUBLISHED = "published"
    PUNCTUAL = "punctual"
    DAYS = "days"
    FIRST_TIME = "first-time"
    REVIEW_HOURS = "review-hours"
    DELIVERED = "delivered"
    ON_TIME = "on-time"
    DORMANT = "dormant"
    GAPS = "gaps"
    ANSWERED = "answered"
    OVERDUE = "overdue"


class Unit(StrEnum):
    COUNT = "count"
    SHARE = "share"  # from 0 to 1
    DAYS = "days"  # working days
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` until before `until`."""

    since: datetime
    until: datetime

    @classmethod
    def of_days(cls, first: date, last: date, zone: str) -> Period:
        """Both days whole, in an IANA zone."""
        place, after = ZoneInfo(zone), last + timedelta(days=1)
        return cls(datetime.combine(first, time(), place), datetime.combine(after, time(), place))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Sums of one body over a period; those of several bodies are added.

    `dated` are the items of which it is known when they were formed, and how many working days
    passed until they were public: `workdays` in all, within the limit for `punctual` of them.
    `ended` deliveries are those that will not be sent any more, `timely` of those sent were handed
    over within a minute of their time. `accounts` have a duty to be updated, `dormant` of them
    neglected it. Of `deadlines` that fell into the period so many were `met` in time; `overdue` are
    those that are over and not met now.
    """

    published: int = 0
    dated: int = 0
    punctual: int = 0
    workdays: int = 0
    submitted: int = 0
    returned: int = 0
    signed: int = 0
    review_seconds: float = 0.0
    ended: int = 0
    sent: int = 0
    timely: int = 0
    accounts: int = 0
    dormant: int = 0
    gaps: int = 0
    deadlines: int = 0
    met: int = 0
    overdue: int = 0

    def __add__(self, other: Tally) -> Tally:
        # thousands of bodies are added for a board: names are looked up once, below
        summed = map(add, _counts(self), _counts(other))
        return Tally(**dict(zip(_NAMES, summed, strict=True)))


_NAMES = tuple(field.name for field in fields(Tally))
_counts = attrgetter(*_NAMES)


@dataclass(frozen=True, slots=True)
class Limit:
    """What is asked for: at least `value`, or at most."""

    value: float
    at_least: bool

    def kept_by(self, value: float) -> bool:
        return value >= self.value if self.at_least else value <= self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """`value` is None where nothing is known: that is neither zero nor full marks. `source` names
    the rule; `own`: the limit is this product's default and no rule's."""

    name: Name
    words: Words
    unit: Unit
    value: Callable[[Tally], float | None]
    limit: Limit | None = None
    source: Words
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One body with all that is below it, or alone where it is the one that was looked into.

    `broken` are the indicators outside their limits.
    """

    body: Body
    alone: bool
    values: Mapping[Name, float | None]
    broken: frozenset[Name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """`rows` in the order of the bodies' codes; `all` is of everything that was looked at, and
    everything is as it was `at` that time."""

    period: Period
    at: datetime
    rows: tuple[Measured, ...]
    all: Mapping[Name, float | None]
