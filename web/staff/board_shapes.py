"""What the staff API tells of deliveries, plans and accounts. A name or a meaning here never
changes within a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from web.staff.shapes import Said

__all__ = [
    "StaffAccount",
    "StaffAccountPage",
    "StaffAccountReach",
    "StaffAgenda",
    "StaffAttempt",
    "StaffCancelled",
    "StaffDay",
    "StaffDays",
    "StaffDeliveryLine",
    "StaffDeliveryPage",
    "StaffEntry",
    "StaffExplained",
    "StaffForecast",
    "StaffItemLine",
    "StaffItemPage",
    "StaffMoved",
    "StaffOrdered",
    "StaffReach",
    "StaffWave",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffItemLine:
    """An item without its text; `body` is the id of its body."""

    id: str
    body: str
    version: int
    title: str
    doc_no: str
    index_no: str
    attribute: str
    state: str
    entered_by: str
    entered_at: datetime
    formed_on: date | None
    public_version: int | None
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffItemPage:
    """`next` is the `before` of the page after this one, empty on the last."""

    items: tuple[StaffItemLine, ...]
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDeliveryLine:
    id: str
    plan: str
    item: str
    title: str
    account: str
    account_name: str
    channel: str
    part: int
    purpose: str
    state: str
    priority: int
    due_at: datetime
    next_at: datetime | None
    reason: str
    error_code: str
    error: Said
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDeliveryPage:
    """`next` is the `after` of the page that follows, empty on the last; `filled` is false where
    only a stretch of the ledger was looked through."""

    deliveries: tuple[StaffDeliveryLine, ...]
    next: str
    filled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAttempt:
    no: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    platform_code: str
    platform_message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffExplained:
    """Where a delivery is, why, and what happens next; its attempts, oldest first."""

    delivery: StaffDeliveryLine
    where: Said
    why: Said
    next: Said
    attempts: tuple[StaffAttempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAccountReach:
    """How one account stands to an item; `proof_at`: when it was last seen to be so."""

    account: str
    account_name: str
    channel: str
    standing: str
    why: Said
    version: int
    url: str
    delivery: str
    proof_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffReach:
    """`order` is the id of the newest order about the item, empty without one; `percent` of the
    accounts are as it wants them, or without one show the item."""

    item: str
    order: str
    kind: str
    reason: str
    percent: float
    accounts: tuple[StaffAccountReach, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffOrdered:
    """What a recall or correction led to: deliveries by way, what was cancelled, and the approval
    that its notices wait for."""

    order: str
    kind: str
    ways: Mapping[str, int]
    cancelled: int
    again: int
    approval: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffEntry:
    """A plan in the calendar. `states` counts its deliveries; `mark` is how it stands."""

    plan: str
    item: str
    title: str
    body: str
    due_at: datetime
    priority: int
    created_by: str
    states: Mapping[str, int]
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAgenda:
    """Plans in the order of their time; `next` is the `after` of the page that follows."""

    plans: tuple[StaffEntry, ...]
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDay:
    day: date
    total: int
    marks: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDays:
    days: tuple[StaffDay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMoved:
    """How many deliveries were moved, and how many could not be any more."""

    plan: str
    moved: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCancelled:
    """The ids of the deliveries that are cancelled now."""

    cancelled: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffWave:
    """One plan on one channel; `plan` is empty for the one that is proposed. A moment is absent
    where nothing would be sent."""

    plan: str
    channel: str
    deliveries: int
    sent: int
    due: datetime | None
    first: datetime | None
    median: datetime | None
    last: datetime | None
    waiting: Mapping[str, int]
    expired: int
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffForecast:
    at: datetime
    until: datetime
    waves: tuple[StaffWave, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAccount:
    """An account without its credentials; `body` is the id of its body, `why_not` why it cannot
    publish now."""

    id: str
    channel: str
    name: str
    handle: str
    body: str
    region: str
    tags: tuple[str, ...]
    filing: str
    active: bool
    needs_reconnecting: str
    paused_until: datetime | None
    pause_reason: str
    authorised_until: datetime | None
    why_not: Said | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAccountPage:
    """In the order of their names; `next` is the `after` of the page that follows."""

    accounts: tuple[StaffAccount, ...]
    next: str
