"""A recurring post and its occurrences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.organisations.models import Selection

__all__ = ["NewRecurrence", "Occurrence", "Recurrence", "RecurrenceState"]


class RecurrenceState(StrEnum):
    ACTIVE = "active"
    STOPPED = "stopped"  # by a person
    ENDED = "ended"  # its rule or the item's validity has come to its end


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecurrence:
    """A recurrence as entered: `rule` is an RRULE (RFC 5545), `starts` the wall-clock time of the
    first occurrence in `zone`; every occurrence has that time of day by the clocks there.

    `not_after_minutes`: how long after its time an occurrence may still go out; 0: the default.
    """

    item_id: str
    selection: Selection
    rule: str
    starts: datetime
    zone: str
    not_after_minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """A recurring post. `next_wall` and `next_at` are the occurrence that is planned next, None
    when there is none; `trouble` says why that could not be planned yet."""

    id: str
    item_id: str
    selection: Selection
    rule: str
    starts: datetime
    zone: str
    not_after_minutes: int
    state: RecurrenceState
    next_wall: datetime | None
    next_at: datetime | None
    trouble_zh: str
    trouble_en: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One occurrence that was dealt with: its plan, or why there is none.

    `key` is the moment it stands for, as its deliveries carry it.
    """

    recurrence_id: str
    key: str
    at: datetime
    wall: datetime
    plan_id: str
    left_out: int = 0
    reason_zh: str = ""
    reason_en: str = ""
