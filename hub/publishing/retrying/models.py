"""The values of sending many again: what will go, what cannot and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.kernel.errors import Words
from hub.publishing.models import DeliveryState, Purpose

__all__ = ["MOST", "Candidate", "Facts", "Group", "Preview", "Retried", "Why"]

MOST = 2_000  # deliveries of one look; what is beyond comes with the next


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What is asked for of one delivery; `error` is the platform's, empty where there is none."""

    id: str
    account_id: str
    edition_id: str
    part: int
    state: DeliveryState
    purpose: Purpose
    reason: str
    not_after: datetime
    error: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What decides whether one delivery may be sent again. `behind`: the part before it is not
    out; `recalled`: its version was withdrawn; `foreign`: not of the actor's bodies."""

    id: str
    state: DeliveryState
    reason: str
    purpose: Purpose
    not_after: datetime
    behind: bool = False
    recalled: bool = False
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """Why one cannot be sent again, and what to do about it."""

    words: Words
    remedy: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """So many deliveries for one cause, some of their accounts' names; `remedy` where a person
    has to do something else about them."""

    words: Words
    count: int
    names: tuple[str, ...]
    remedy: Words | None = None
    state: DeliveryState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """`ids` would be sent again, as `will` says; `cannot` stay. `more`: the look ended at MOST."""

    ids: tuple[str, ...]
    will: tuple[Group, ...]
    cannot: tuple[Group, ...]
    more: bool

    @property
    def left(self) -> int:
        return sum(group.count for group in self.cannot)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """`ready` were started again; `cannot` were not, as they stood at that moment."""

    ready: int
    cannot: tuple[Group, ...]

    @property
    def left(self) -> int:
        return sum(group.count for group in self.cannot)
