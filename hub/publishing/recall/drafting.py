"""From the way chosen for each account to rows of the ledger, with what they are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hub.catalogue.models import Item
from hub.kernel.clock import Clock
from hub.kernel.database import Transaction
from hub.kernel.ids import IdSource
from hub.organisations.models import Account
from hub.publishing import store as ledger_store
from hub.publishing.models import (
    LIFECYCLE,
    Delivery,
    DeliveryEvent,
    DeliveryState,
    Edition,
    Plan,
    Priority,
    Purpose,
)
from hub.publishing.ports import ChannelBook
from hub.publishing.recall import store
from hub.publishing.recall.models import Order, OrderKind, Post, Way
from hub.publishing.recall.rules import by_hand, unsettled
from hub.publishing.rules import edition_name
from hub.review import store as review

__all__ = ["Desk", "Sheet", "notice_name"]

_S, _E = DeliveryState, DeliveryEvent
_LOOK_AGAIN = timedelta(seconds=10)
# A withdrawal is never too late; a correction that could not be made for a month is looked at anew.
_WANTED = {OrderKind.RECALL: timedelta(days=3650), OrderKind.CORRECT: timedelta(days=30)}
_PRIORITY = {OrderKind.RECALL: Priority.EMERGENCY, OrderKind.CORRECT: Priority.IMPORTANT}


def notice_name(channel: str, variation: Mapping[str, str], kind: OrderKind) -> str:
    """The name, in an approval's manifest, of the edition that is a notice."""
    return edition_name(channel, {**variation, "notice": kind.value})


@dataclass(slots=True)
class Sheet:
    """An order being drafted: rows of the ledger, each with its way and the post it is about."""

    order: Order
    plan_id: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)
    ways: dict[str, tuple[Way, str]] = field(default_factory=dict)  # row → way, original

    def counts(self, rows: Sequence[Mapping[str, Any]]) -> Counter[Way]:
        return Counter(self.ways[row["id"]][0] for row in rows)


class Desk:
    """Works inside the caller's transaction."""

    def __init__(self, clock: Clock, ids: IdSource, channels: ChannelBook) -> None:
        self._clock = clock
        self._ids = ids
        self._channels = channels

    def draft(
        self,
        sheet: Sheet,
        way: Way,
        account: Account,
        posts: Sequence[Delivery],
        edition: Edition | None,
    ) -> None:
        """Add what `way` means for an account's `posts` (one thread's parts, in order)."""
        sheet.plan_id = sheet.plan_id or self._ids.new(self._clock.now())
        if way is Way.PERSON or (edition is None and way is not Way.WITHDRAW):
            self._for_person(sheet, account, posts[0], edition)
        elif edition is not None and way is Way.NOTICE:
            self._notice(sheet, posts[0], edition)
        elif edition is not None and way is Way.AMEND:
            for number, post in enumerate(posts):
                self._add(sheet, way, post, Purpose.CORRECT, edition_id=edition.id, part=number)
        else:
            for post in posts:
                self._add(sheet, Way.WITHDRAW, post, Purpose.RECALL, plan_id=post.plan_id)
        if edition is not None and way is Way.REPOST:
            for number in range(edition.parts):
                reason = "original-unsettled" if number == 0 else "previous-part"
                waits = {"state": _S.BLOCKED, "reason": reason, "next_at": None}
                about = {"edition_id": edition.id, "part": number, **waits}
                self._add(sheet, Way.REPOST, posts[-1], Purpose.PUBLISH, **about)

    def _for_person(
        self, sheet: Sheet, account: Account, post: Delivery, edition: Edition | None
    ) -> None:
        kind = sheet.order.kind
        told = by_hand(kind, self._channels.declaration(account.channel), post)
        purpose = Purpose.RECALL if kind is OrderKind.RECALL else Purpose.CORRECT
        values: dict[str, Any] = {"plan_id": post.plan_id}
        if edition is not None and kind is OrderKind.CORRECT:
            values["edition_id"] = edition.id
        if not unsettled(post.state):
            values |= {"state": _S.BLOCKED, "reason": "by-hand", "next_at": None}
            values |= {"error_code": "by-hand", "error_zh": told.zh, "error_en": told.en}
        self._add(sheet, Way.PERSON, post, purpose, **values)

    def _notice(self, sheet: Sheet, post: Delivery, edition: Edition) -> None:
        plan_id = post.plan_id if sheet.order.kind is OrderKind.RECALL else sheet.plan_id
        soon = self._clock.now() + _LOOK_AGAIN
        for number in range(edition.parts):
            reason = "signatures" if number == 0 else "previous-part"
            waits = {"state": _S.BLOCKED, "reason": reason, "next_at": soon if not number else None}
            about = {"edition_id": edition.id, "part": number, "plan_id": plan_id, **waits}
            self._add(sheet, Way.NOTICE, post, Purpose.NOTICE, occurrence="", **about)

    def _add(self, sheet: Sheet, way: Way, post: Delivery, purpose: Purpose, **values: Any) -> None:
        now, kind = self._clock.now(), sheet.order.kind
        waits: dict[str, Any] = {"state": _S.PLANNED, "reason": "", "next_at": None}
        if unsettled(post.state):
            soon = now + _LOOK_AGAIN
            waits = {"state": _S.BLOCKED, "reason": "original-unsettled", "next_at": soon}
        row = {
            "id": self._ids.new(now),
            "plan_id": sheet.plan_id,
            "edition_id": post.edition_id,
            "account_id": post.account_id,
            "channel": post.channel,
            "part": post.part,
            "occurrence": post.occurrence,
            "purpose": purpose,
            **waits,
            "priority": int(_PRIORITY[kind]),
            "due_at": now,
            "not_after": now + _WANTED[kind],
            "error_code": "",
            "error_zh": "",
            "error_en": "",
            **values,
        }
        sheet.rows.append(row)
        sheet.ways[row["id"]] = way, post.id

    def settle(
        self, tx: Transaction, sheet: Sheet, posts: Sequence[Post]
    ) -> tuple[list[dict[str, Any]], list[str]]:
        """(rows that are new, deliveries of earlier orders that failed and are begun anew)."""
        held = {_key_of(p.delivery): p.delivery for p in posts if _holds(p.delivery)}
        fresh: dict[tuple[Any, ...], dict[str, Any]] = {}
        again: list[str] = []
        for row in sheet.rows:
            earlier = held.get(_key(row))
            if earlier is None:
                fresh.setdefault(_key(row), row)
            elif earlier.state is _S.FAILED and sheet.ways[row["id"]][0] is not Way.PERSON:
                again.append(earlier.id)
        if again:
            values = {"state": _S.READY, "next_at": self._clock.now(), "reason": "", "tries": 0}
            values |= {"error_code": "", "error_zh": "", "error_en": ""}
            values |= {"not_after": self._clock.now() + _WANTED[sheet.order.kind]}
            sources = LIFECYCLE.sources(_E.RETRIED)
            again = ledger_store.change_deliveries(tx, sources, ids=again, values=values)
        return list(fresh.values()), again

    def write(
        self,
        tx: Transaction,
        order: Order,
        item: Item,
        sheet: Sheet,
        rows: Sequence[dict[str, Any]],
    ) -> None:
        """The order, its plan where it has one of its own, the deliveries and what they follow."""
        store.add_order(tx, order)
        if any(row["plan_id"] == sheet.plan_id for row in rows):
            ledger_store.add_plan(tx, self._plan(tx, item, sheet), order.ordered_at)
        if not rows:
            return
        ledger_store.add_deliveries(tx, rows)
        followups = []
        for row in rows:
            way, original_id = sheet.ways[row["id"]]
            about = {"order_id": order.id, "original_id": original_id, "way": way}
            followups.append({"delivery_id": row["id"], "account_id": row["account_id"], **about})
        store.add_followups(tx, followups)

    def _plan(self, tx: Transaction, item: Item, sheet: Sheet) -> Plan:
        order = sheet.order
        approval = review.approval_for(tx.connection, item.id, item.version)
        return Plan(
            id=sheet.plan_id,
            item_id=item.id,
            item_version=item.version,
            approval_id=approval.id if approval else "",
            wall_time="now",
            zone="UTC",
            due_at=order.ordered_at,
            not_after=order.ordered_at + _WANTED[order.kind],
            priority=int(_PRIORITY[order.kind]),
            created_by=order.ordered_by,
        )


def _holds(delivery: Delivery) -> bool:
    """What was cancelled never left and may be drafted again."""
    return delivery.state is not _S.CANCELLED


# as the ledger's unique index has it
_KEY = ("edition_id", "account_id", "part", "purpose", "occurrence")


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _KEY)


def _key_of(delivery: Delivery) -> tuple[Any, ...]:
    return tuple(getattr(delivery, name) for name in _KEY)
