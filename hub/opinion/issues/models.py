"""Issues, their heat with its parts, alarms, and what the nightly look suggests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

__all__ = [
    "Alarm",
    "Burst",
    "DayCount",
    "Heat",
    "HotIssue",
    "Issue",
    "Suggestion",
    "SuggestionKind",
    "Sums",
    "Verification",
]


class Verification(StrEnum):
    """What is known of a rumour. Nothing is called a rumour in public before it is REFUTED."""

    NONE = "none"  # nobody spoke of hearsay
    OPEN = "open"  # hearsay: to be looked into
    CONFIRMED = "confirmed"
    REFUTED = "refuted"


class SuggestionKind(StrEnum):
    MERGE = "merge"
    SPLIT = "split"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What a group of signals is about. The id stays when signals come and go; `merged_into` is
    where an analyst put it. `signals` counts repeats too, `copies` only those; `authors` are
    different people; `undated` signals count in no curve."""

    id: str
    title: str
    topic: str
    department: str
    place: str
    first_at: datetime
    last_at: datetime
    signals: int = 0
    copies: int = 0
    authors: int = 0
    undated: int = 0
    rumours: int = 0
    verification: Verification = Verification.NONE
    merged_into: str = ""
    terms: Mapping[str, float] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class DayCount:
    """Signals of one issue on one day (in the installation's zone), by when they were said."""

    day: date
    signals: int
    negative: int
    likes: int


@dataclass(frozen=True, slots=True)
class Sums:
    """The counters of one issue over several days."""

    signals: int = 0
    negative: int = 0
    likes: int = 0


class SpreadBy(StrEnum):
    """What an issue's spread is told by; the values name columns of signals."""

    CHANNEL = "channel"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Spread:
    """How far an issue has come: `signals` by `authors` different people of one channel or place
    (`name`; empty where a signal names no place), the first said at `first_at`, where known."""

    by: SpreadBy
    name: str
    signals: int
    authors: int
    first_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """More came within `days` days than chance explains: `seen` where `expected` were expected;
    `chance` is how often that would happen by itself."""

    days: int
    seen: int
    expected: float
    chance: float


@dataclass(frozen=True, slots=True)
class Burst:
    """An alarm as it stood on the day it was raised, when `signals` had come in the 90 days up to
    it; the days up to `last_on` still showed it."""

    issue_id: str
    begun_on: date
    last_on: date
    signals: int
    alarm: Alarm


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """How hot an issue is: the sum of its parts, each of which is shown."""

    messages: float
    authors: float
    likes: float
    negative: float
    burst: float

    @property
    def total(self) -> float:
        return round(self.messages + self.authors + self.likes + self.negative + self.burst, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class HotIssue:
    """A line of the hot list; the figures are of the last seven days, `week` counts signals."""

    issue: Issue
    heat: Heat
    week: int
    negative: int
    likes: int
    alarm: Alarm | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What the nightly look would change; an analyst decides. `others` are the issue to merge
    with, or one signal of each part to split into."""

    kind: SuggestionKind
    issue_id: str
    others: tuple[str, ...]
    score: float
    made_at: datetime
