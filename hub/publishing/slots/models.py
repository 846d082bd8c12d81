"""A lane: one account's posting times within some days, with what goes out on it meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hub.kernel.errors import Words
from hub.organisations.authority.sight import Sight
from hub.organisations.models import Account
from hub.publishing.models import DeliveryState
from hub.publishing.quota.models import Period

__all__ = ["Asked", "Booked", "Lane", "Lanes", "Slot", "SlotStanding"]


class SlotStanding(StrEnum):
    FREE = "free"
    TAKEN = "taken"
    SILENT = "silent"  # a blackout covers it
    OVER = "over"  # it was free, and has passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Accounts in sight that have posting times, of one channel or all, or one `account_id`; the
    days from `first` on, at most 31. `after` is a page's `next`."""

    sight: Sight
    first: date
    days: int = 7
    channel: str = ""
    account_id: str = ""
    after: str = ""
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What goes out on an account at a moment; `movable`: it has not left yet."""

    delivery_id: str
    plan_id: str
    item_id: str
    title: str
    at: datetime
    state: DeliveryState
    movable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A posting time on its day. `why` says what silences it."""

    at: datetime
    standing: SlotStanding
    booked: tuple[Booked, ...] = ()
    why: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """`besides` goes out at moments that are no posting times. `periods` are its running quotas.
    `unknown`: its times hold on workdays, and a year's holidays are not known yet."""

    account: Account
    slots: tuple[Slot, ...]
    besides: tuple[Booked, ...]
    periods: tuple[Period, ...] = ()
    unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    """A page in the order of the accounts' names; `next` begins the page after it."""

    lanes: tuple[Lane, ...]
    next: str
