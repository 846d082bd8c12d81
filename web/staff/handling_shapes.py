"""What the staff API tells of emergencies and of many deliveries sent again. A name or a meaning
here never changes within a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from web.staff.shapes import Said

__all__ = [
    "StaffBacklog",
    "StaffEmergency",
    "StaffFinding",
    "StaffFindings",
    "StaffGroup",
    "StaffHeld",
    "StaffReleased",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffHeld:
    """What an outage holds of one account; `late` of them are not sent any more."""

    account: str
    account_name: str
    channel: str
    count: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffBacklog:
    """By account, the most first."""

    held: tuple[StaffHeld, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffReleased:
    released: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFinding:
    """What a check found; `fingerprint` names it as it is now, and what was said stands for that
    alone."""

    topic: str
    subject: str
    fingerprint: str
    grave: bool
    title: str
    label: str
    words: Said
    remedy: Said | None
    at: datetime | None
    plan: str
    account: str
    delivery: str
    acknowledged_by: str
    acknowledged_at: datetime | None
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFindings:
    """The most pressing first."""

    findings: tuple[StaffFinding, ...]
