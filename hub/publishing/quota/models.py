"""A quota's slots: who wants one, who holds one, and who was refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.organisations.models import Account
from hub.publishing.models import Quota

__all__ = ["Admission", "Allotment", "Holder", "Period", "Refused", "Slot", "SlotState", "Want"]


class SlotState(StrEnum):
    RESERVED = "reserved"  # held by a delivery as long as that may still go out
    COMMITTED = "committed"  # spent: the platform has counted a post


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A delivery of `account` that goes out at `at` and needs a slot of each of `quotas`.

    An urgent one may take a slot that is kept for emergencies.
    """

    account: Account
    delivery_id: str
    at: datetime
    quotas: tuple[Quota, ...]
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """Number `no` (from 1) of an account's quota in the period that begins at `starts_at`."""

    account_id: str
    kind: str
    starts_at: datetime
    no: int
    delivery_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who has a slot: the delivery with its plan, and the item with the body that posts it.

    `priority` and `due_at` are the delivery's; `waiting` says that it has not left yet.
    """

    slot: Slot
    state: SlotState
    plan_id: str
    item_id: str
    title: str
    body: str
    priority: int
    due_at: datetime
    waiting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """No slot was free for `account` in `quota`'s period [since, until); `holders` have them."""

    account: Account
    quota: Quota
    since: datetime
    until: datetime
    holders: tuple[Holder, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotment:
    """Slots to be taken, and the accounts that get none; an account gets all it wants or none."""

    slots: tuple[Slot, ...]
    refused: Mapping[str, Refused]  # by account id


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Which deliveries may spend now: the others wait until `held` says; a slot taken now is
    good until `good_until`, when another period begins."""

    held: Mapping[str, datetime] = field(default_factory=dict)
    good_until: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One period of one of an account's quotas, and who has its slots."""

    quota: Quota
    starts_at: datetime
    ends_at: datetime
    holders: tuple[Holder, ...]

    @property
    def left(self) -> int:
        """Slots that anybody may still take."""
        return max(0, self.quota.count - self.quota.kept - len(self.holders))
