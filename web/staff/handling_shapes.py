"""What the staff API tells of emergencies and of many deliveries sent again. A name or a meaning
here never changes within a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from web.staff.shapes import Said

__all__ = [
    "StaffEmergency",
    "StaffGroup",
    "StaffRetried",
    "StaffRetries",
    "StaffStuck",
    "StaffTrial",
    "StaffTrials",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffStuck:
    """So many deliveries do not go on by themselves, for one cause."""

    state: str
    why: Said
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffEmergency:
    """An emergency and how far it is; `finish_at` is when its end was foretold, `ended`: nothing
    of it moves any more without a person."""

    plan: str
    item: str
    title: str
    ordered_by: str
    ordered_at: datetime
    reason: str
    displaced: int
    finish_at: datetime | None
    deliveries: int
    out: int
    ended: bool
    states: Mapping[str, int]
    stuck: tuple[StaffStuck, ...]
    last_out: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffGroup:
    """So many deliveries for one cause, and some of their accounts."""

    why: Said
    remedy: Said | None
    count: int
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRetries:
    """`deliveries` would be sent again; `cannot` would not. `more`: there are others beyond."""

    deliveries: tuple[str, ...]
    will: tuple[StaffGroup, ...]
    cannot: tuple[StaffGroup, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRetried:
    ready: int
    cannot: tuple[StaffGroup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffTrial:
    """A check of an account or a test post: `told` is whose account it is by the platform's word,
    `until` when its authorisation ends."""

    id: str
    account: str
    kind: str
    state: str
    by: str
    at: datetime
    told: str
    until: datetime | None
    remote_id: str
    url: str
    code: str
    why: Said
    remedy: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffTrials:
    """The newest first."""

    trials: tuple[StaffTrial, ...]
