"""Plans as a calendar shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hub.organisations.authority.sight import Sight
from hub.publishing.models import DeliveryState

__all__ = ["Agenda", "Asked", "Day", "Entry", "Mark", "mark_of"]

_S = DeliveryState
_TROUBLE = frozenset({_S.UNKNOWN, _S.FAILED, _S.BLOCKED, _S.EXPIRED})
_OUT = frozenset({_S.ACCEPTED, _S.VERIFIED})
_STOPPED = frozenset({_S.CANCELLED, _S.RECALLED})


class Mark(StrEnum):
    """How a plan stands, the worst of its deliveries first."""

    TROUBLE = "trouble"
    COMING = "coming"
    DOING = "doing"
    OUT = "out"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Plans of items of bodies in sight, of one channel or all."""

    sight: Sight
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One plan. `states` are its deliveries by state, empty where only `mark` was asked for."""

    plan_id: str
    item_id: str
    title: str
    body_id: str
    due_at: datetime
    priority: int
    created_by: str
    states: Mapping[DeliveryState, int]
    mark: Mark

    @property
    def deliveries(self) -> int:
        return sum(self.states.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """`total` plans are due that day, `marks` of them by how they stand; `entries` the first."""

    day: date
    total: int
    marks: Mapping[Mark, int]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """A page of plans in the order of their time; `next` begins the page after it."""

    entries: tuple[Entry, ...]
    next: str


def mark_of(states: Mapping[DeliveryState, int]) -> Mark:
    """A plan is as well as its worst delivery, and stopped when all of it is."""
    there = {state for state, count in states.items() if count}
    if there & _TROUBLE:
        return Mark.TROUBLE
    if there <= _STOPPED:
        return Mark.STOPPED
    going = there - _STOPPED
    if going <= {_S.PLANNED}:
        return Mark.COMING
    return Mark.OUT if going <= _OUT else Mark.DOING
