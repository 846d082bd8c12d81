"""Orders to withdraw or correct what is public, the deliveries they lead to, and how far they got.

An order is given once for an item; it becomes one or more deliveries for each account that has a
post of it, by what the account's channel can do. A follow-up ties such a delivery to the post
that it is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.kernel.errors import Words
from hub.publishing.models import Delivery, DeliveryState
from hub.publishing.ports import Measured

__all__ = [
    "DONE",
    "AccountReach",
    "Followup",
    "Order",
    "OrderKind",
    "Ordered",
    "Post",
    "Reach",
    "Standing",
    "Way",
]


class OrderKind(StrEnum):
    RECALL = "recall"  # 撤稿
    CORRECT = "correct"  # 更正


class Way(StrEnum):
    """How an order is carried out for one post."""

    WITHDRAW = "withdraw"  # the platform deletes it
    AMEND = "amend"  # the platform changes it in place
    REPOST = "repost"  # the corrected edition, after the old post was deleted
    NOTICE = "notice"  # another post says that the first is withdrawn or corrected
    PERSON = "person"  # nothing a program may do; a person acts and says so


class Standing(StrEnum):
    """How an account stands to an item, for people."""

    HAS = "has"  # it shows the item
    RECALLED = "recalled"  # it showed it and does no more
    CORRECTED = "corrected"  # it shows the corrected version
    NOTICED = "noticed"  # the post is still there, and another says what is wrong with it
    STOPPED = "stopped"  # it had not left when the order came
    WAITING = "waiting"
    BY_HAND = "by-hand"  # waits for a person
    CANNOT = "cannot"
    GONE = "gone"  # the platform, or somebody there, removed it
    NEVER = "never"  # it was never published there


# Nothing is left to do for an order where an account stands so.
DONE: Mapping[OrderKind, frozenset[Standing]] = {
    OrderKind.RECALL: frozenset(
        {
            Standing.RECALLED,
            Standing.NOTICED,
            Standing.STOPPED,
            Standing.GONE,
            Standing.NEVER,
        }
    ),
    OrderKind.CORRECT: frozenset(
        {Standing.CORRECTED, Standing.NOTICED, Standing.STOPPED, Standing.GONE, Standing.NEVER}
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Every version up to `item_version` is to be withdrawn, or corrected to that version."""

    id: str
    kind: OrderKind
    item_id: str
    item_version: int
    reason: str
    ordered_by: str
    ordered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Followup:
    """A delivery that an order led to, with the post it is about as that stands now."""

    delivery_id: str
    order_id: str
    kind: OrderKind
    way: Way
    account_id: str
    original_id: str
    original_state: DeliveryState
    original_remote_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A delivery and the version of the item that it carries."""

    delivery: Delivery
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """What an order led to now: deliveries by way, what was cancelled, and what was begun anew.

    `approval_id` is the review that notices wait for; empty where there are none.
    """

    order_id: str
    kind: OrderKind
    ways: Mapping[Way, int]
    cancelled: int
    again: int
    approval_id: str = ""

    @property
    def deliveries(self) -> int:
        """How many deliveries are new."""
        return sum(self.ways.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReach:
    """One account: what it shows, why it stands so, and when that was last read back.

    `proof_at` is when the platform was last seen to show it so; None where it cannot be read.
    `delivery_id` is the delivery that decides, for `delivery explain`.
    """

    account_id: str
    account: str
    channel: str
    standing: Standing
    why: Words
    version: int
    url: str
    delivery_id: str
    proof_at: datetime | None = None
    measured: Measured | None = None  # the newest figures, where the platform offers any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """An item on all its accounts, and how far the newest order about it has got."""

    item_id: str
    order: Order | None
    accounts: tuple[AccountReach, ...]

    @property
    def done(self) -> int:
        if self.order is None:
            return sum(one.standing is Standing.HAS for one in self.accounts)
        done = DONE[self.order.kind]
        return sum(one.standing in done for one in self.accounts)

    @property
    def percent(self) -> float:
        """Of the accounts, how many are as the order wants them; without one, show the item."""
        return round(100 * self.done / len(self.accounts), 1) if self.accounts else 100.0
