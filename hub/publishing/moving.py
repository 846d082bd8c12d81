"""Moving what has not left yet: plans to another time, and what they had reserved with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

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
    Plan,
    Priority,
    Purpose,
)
from hub.publishing.quota.models import Want
from hub.publishing.quota.rules import full, lost_race
from hub.publishing.quota.service import Quotas
from hub.publishing.timing import store as timing
from hub.publishing.when import When, due, refuse_embargoed

__all__ = ["Mover", "known_plan"]

_S, _E = DeliveryState, DeliveryEvent


class Mover:
    """Works inside the caller's transaction."""

    def __init__(self, clock: Clock, quotas: Quotas, default_not_after: timedelta) -> None:
        self._clock = clock
        self._quotas = quotas
        self._default_not_after = default_not_after

    def reschedule(
        self, tx: Transaction, plan_id: str, when: When, actor: str, reason: str = ""
    ) -> tuple[int, int]:
        """Move what has not left yet; see `Publishing.reschedule`."""
        if when.next_slot:
            raise InvalidInput(
                Words("改期须指明时间", "a plan is moved to a time that is named"),
                field="slot",
                remedy=Words("取消后重新排入时段", "cancel it, then plan it into a slot"),
            )
        now = self._clock.now()
        due_at, wall = due(when, now, self._default_not_after)
        plan = known_plan(tx.connection, plan_id)
        not_after = when.not_after or due_at + (plan.not_after - plan.due_at)
        refuse_embargoed(due_at, when.embargo_until or plan.embargo_until)
        rules.refuse_empty_window(due_at, not_after)
        item = catalogue.get_item(tx.connection, plan.item_id)
        late = explained(tx, item, due_at, reason, actor, now)
        values = {"due_at": due_at, "not_after": not_after}
        store.move_plan(tx, plan_id, wall_time=wall, zone=when.zone, **values)
        known = store.deliveries_of_plan(tx.connection, plan_id)
        moved, later = _move(tx, plan_id, values)
        if not moved and not later:
            raise Conflict(
                Words("没有可改期的投递", "nothing is left that could be moved"), field="plan"
            )
        going = {*moved, *later}
        self._reserve_anew(tx, [d for d in known if d.id in going], due_at)
        data = {"due_at": due_at.isoformat(), "moved": len(moved)}
        data |= {"late": late} if late else {}
        tx.record(Event(kind=events.RESCHEDULED, subject=plan_id, actor=actor, at=now, data=data))
        return len(going), len(known) - len(going)

    def _reserve_anew(self, tx: Transaction, going: Sequence[Delivery], due_at: datetime) -> None:
        """Give back the old slots and take those of the new time; raises Conflict where an
        account has none, or is to be silent then."""
        accounts = organisations.get_accounts(tx.connection, {d.account_id for d in going})
        blackouts = timing.blackouts_after(tx.connection, due_at)
        for delivery in going if blackouts.known else ():
            why = blackouts.why(accounts[delivery.account_id], due_at)
            if why is not None and is_routine(delivery):
                later = Words("改到静默期之后", "choose a time after it")
                raise Conflict(why, field="at", remedy=later)
        self._quotas.give_back(tx, going)
        wants = [
            want
            for delivery in going
            if (want := self._want(delivery, accounts[delivery.account_id], due_at)) is not None
        ]
        allotment = self._quotas.allot(tx, wants)
        for refused in allotment.refused.values():
            raise full(refused)
        if self._quotas.keep(tx, allotment):
            raise lost_race()

    def _want(self, delivery: Delivery, account: Account, due_at: datetime) -> Want | None:
        quotas = self._quotas.of(account)
        if not quotas or delivery.purpose is not Purpose.PUBLISH:
            return None
        return Want(
            account=account,
            delivery_id=delivery.id,
            at=due_at,
            quotas=quotas,
            urgent=delivery.priority >= Priority.EMERGENCY,
        )


def _move(
    tx: Transaction, plan_id: str, values: Mapping[str, object]
) -> tuple[list[str], list[str]]:
    """First parts that have not left, and the parts that wait for them. A recall stays."""
    waits = {"state": _S.PLANNED, "next_at": None, "reason": "", "lease_owner": ""}
    moved = store.change_deliveries(
        tx,
        LIFECYCLE.sources(_E.RESCHEDULED),
        plan_id=plan_id,
        purpose=Purpose.PUBLISH,
        part=0,
        values={**values, **waits},
    )
    later = store.change_deliveries(
        tx, (_S.BLOCKED,), plan_id=plan_id, reason="previous-part", values=values
    )
    return moved, later


def known_plan(connection: Connection, plan_id: str) -> Plan:
    """Raises NotFound."""
    plan = store.get_plan(connection, plan_id)
    if plan is None:
        raise NotFound(Words(f"没有计划 {plan_id}", f"no plan {plan_id}"), field="plan")
    return plan
