"""One delivery into a posting time of its account, with what it had reserved; the rest of its plan
stays where it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub.catalogue import store as catalogue
from hub.kernel.clock import Clock
from hub.kernel.database import Transaction
from hub.kernel.errors import Conflict, InvalidInput, NotFound, Words
from hub.kernel.events import Event
from hub.organisations import store as organisations
from hub.organisations.models import Account
from hub.publishing import events, rules, store
from hub.publishing.admission import is_routine
from hub.publishing.lateness import explained
from hub.publishing.models import (
    LIFECYCLE,
    Delivery,
    DeliveryEvent,
    DeliveryState,
    Priority,
    Purpose,
)
from hub.publishing.quota.models import Want
from hub.publishing.quota.rules import full, lost_race
from hub.publishing.quota.service import Quotas
from hub.publishing.slots.store import booked
from hub.publishing.timing import store as timing
from hub.publishing.timing.models import PostingTime
from hub.publishing.timing.rules import HORIZON, upcoming
from hub.publishing.when import refuse_embargoed

__all__ = ["SlotMover"]

_S, _E = DeliveryState, DeliveryEvent
_MOMENT = timedelta(microseconds=1)


class SlotMover:
    """Works inside the caller's transaction."""

    def __init__(self, clock: Clock, quotas: Quotas) -> None:
        self._clock = clock
        self._quotas = quotas

    def move(
        self, tx: Transaction, delivery_id: str, at: datetime, actor: str, reason: str
    ) -> Delivery:
        """See `Publishing.move_to_slot`."""
        now = self._clock.now()
        delivery = _movable(tx, delivery_id)
        account = organisations.get_account(tx.connection, delivery.account_id)
        rules.refuse_past(at, now)
        _require_posting_time(tx, account, at, now)
        _refuse_taken(tx, delivery, at)
        plan = store.get_plan(tx.connection, delivery.plan_id)
        if plan is None:
            raise _no_delivery(delivery_id)
        refuse_embargoed(at, plan.embargo_until)
        item = catalogue.get_item(tx.connection, plan.item_id)
        late = explained(tx, item, at, reason, actor, now)
        values = {"due_at": at, "not_after": at + (delivery.not_after - delivery.due_at)}
        waits = {"state": _S.PLANNED, "next_at": None, "reason": "", "lease_owner": ""}
        going = LIFECYCLE.sources(_E.RESCHEDULED)
        if not store.change_deliveries(tx, going, ids=[delivery.id], values={**values, **waits}):
            raise _left()
        thread = store.threads_of(tx.connection, [delivery.id])
        store.change_deliveries(
            tx, (_S.BLOCKED,), ids=thread, reason="previous-part", values=values
        )
        self._reserve_anew(tx, delivery, account, at)
        data: dict[str, object] = {"delivery": delivery.id, "from": delivery.due_at.isoformat()}
        data["to"] = at.isoformat()
        data |= {"late": late} if late else {}
        kind = events.DELIVERY_MOVED
        tx.record(Event(kind=kind, subject=delivery.plan_id, actor=actor, at=now, data=data))
        return next(iter(store.deliveries_by_ids(tx.connection, [delivery.id])))

    def _reserve_anew(
        self, tx: Transaction, delivery: Delivery, account: Account, at: datetime
    ) -> None:
        """Raises Conflict where the account is to be silent then, has no quota left for that day
        or month, or somebody else was faster."""
        why = timing.blackouts_after(tx.connection, at).why(account, at)
        if why is not None and is_routine(delivery):
            raise Conflict(
                why, field="at", remedy=Words("选静默期之后的时段", "choose one after it")
            )
        self._quotas.give_back(tx, [delivery])
        if quotas := self._quotas.of(account):
            urgent = delivery.priority >= Priority.EMERGENCY
            want = Want(
                account=account, delivery_id=delivery.id, at=at, quotas=quotas, urgent=urgent
            )
            allotment = self._quotas.allot(tx, [want])
            for refused in allotment.refused.values():
                raise full(refused)
            if self._quotas.keep(tx, allotment):
                raise lost_race()
        if timing.book(tx, {delivery.id: (account.id, at)}):
            raise lost_race()


def _movable(tx: Transaction, delivery_id: str) -> Delivery:
    """Raises NotFound, and Conflict for what has left, is a later part, or is no post."""
    delivery = store.get_delivery(tx.connection, delivery_id)
    if delivery is None:
        raise _no_delivery(delivery_id)
    if delivery.purpose is not Purpose.PUBLISH or delivery.part:
        raise Conflict(
            Words("只有帖子的第一条可以移动", "only the first part of a post is moved"),
            field="delivery",
            remedy=Words("移动第一条，其余随它", "move the first part; the others follow"),
        )
    if delivery.state not in LIFECYCLE.sources(_E.RESCHEDULED):
        raise _left()
    return delivery


def _require_posting_time(tx: Transaction, account: Account, at: datetime, now: datetime) -> None:
    """Raises InvalidInput where the account has no posting time at that moment, or it is further
    ahead than slots are looked for."""
    if at - now > HORIZON:
        raise InvalidInput(
            Words("时段太远", "that is too far ahead"),
            field="at",
            remedy=Words("选择一年之内的时段", "choose a slot within a year"),
        )
    times = timing.times_of_accounts(tx.connection, [account])[account.id]
    found = next(upcoming(times, at - _MOMENT), None)
    if found is None or found.at != at:
        raise InvalidInput(
            Words(
                f"{_said(at, times)} 不是账号“{account.name}”的发布时段", "that is no posting time"
            ),
            field="at",
            remedy=Words("用 gongkai slot free 查看空闲时段", "see gongkai slot free"),
        )


def _said(at: datetime, times: Sequence[PostingTime]) -> str:
    zone = times[0].zone if times else "UTC"
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def _refuse_taken(tx: Transaction, delivery: Delivery, at: datetime) -> None:
    """Raises Conflict naming what has the slot."""
    held = booked(tx.connection, [delivery.account_id], at, at + _MOMENT)
    for _, one in held:
        if one.delivery_id != delivery.id:
            raise Conflict(
                Words(
                    f"该时段已排《{one.title}》（计划 {one.plan_id}）",
                    f"'{one.title}' has that slot (plan {one.plan_id})",
                ),
                field="at",
                remedy=Words("选一个空闲时段", "choose a free slot"),
            )


def _left() -> Conflict:
    return Conflict(
        Words("这条投递已经发出或不再发出", "it has left, or will not go any more"),
        field="delivery",
        remedy=Words("只能移动尚未发出的投递", "only what has not left is moved"),
    )


def _no_delivery(delivery_id: str) -> NotFound:
    return NotFound(
        Words(f"没有投递 {delivery_id}", f"no delivery {delivery_id}"), field="delivery"
    )
