"""Making and moving plans: which deliveries there are and when each is due.

Everything here works inside the caller's transaction, so that a plan is whole or not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.kernel.clock import Clock, instant_of_wall_time
from hub.kernel.database import Transaction
from hub.kernel.errors import Conflict, InvalidInput, NotFound, Words
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.organisations import store as organisations
from hub.organisations.models import Account, Selection
from hub.organisations.rules import why_not_publishable
from hub.publishing import events, rules, store
from hub.publishing.models import (
    LIFECYCLE,
    DeliveryEvent,
    DeliveryState,
    Edition,
    Plan,
    Priority,
    Purpose,
    Quota,
)
from hub.publishing.ports import ChannelBook
from hub.publishing.signing import signed_editions
from hub.review import store as review

__all__ = ["Planned", "Planner", "When", "known_plan"]

_S, _E = DeliveryState, DeliveryEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """When to publish: `wall` is the naive local time in `zone`; None means now.

    `embargo_until` and `not_after` are instants; without `not_after` the default applies.
    """

    zone: str
    wall: datetime | None = None
    embargo_until: datetime | None = None
    not_after: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan that was made: how many deliveries, and which accounts were left out and why."""

    plan: Plan
    deliveries: int
    left_out: tuple[tuple[Account, Words], ...] = ()


class Planner:
    """`default_not_after` is how long after its due time a delivery may go where nothing says."""

    def __init__(
        self, clock: Clock, ids: IdSource, channels: ChannelBook, default_not_after: timedelta
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._channels = channels
        self._default_not_after = default_not_after

    def plan(
        self,
        tx: Transaction,
        item_id: str,
        selection: Selection,
        when: When,
        actor: str,
        priority: Priority,
    ) -> Planned:
        """The deliveries of an approved item; see `Publishing.plan`."""
        now = self._clock.now()
        due_at, wall = self._due(when, now)
        not_after = when.not_after or due_at + self._default_not_after
        rules.refuse_empty_window(due_at, not_after)
        item = catalogue.get_item(tx.connection, item_id)
        approval = review.approval_for(tx.connection, item.id, item.version)
        editions = signed_editions(tx.connection, item)
        plan = Plan(
            id=self._ids.new(now),
            item_id=item.id,
            item_version=item.version,
            approval_id=approval.id if approval else "",
            wall_time=wall,
            zone=when.zone,
            due_at=due_at,
            not_after=not_after,
            priority=int(priority),
            created_by=actor,
            embargo_until=when.embargo_until,
        )
        accounts = organisations.select_accounts(tx.connection, selection)
        return self._make(tx, editions, plan, accounts, now)

    def _due(self, when: When, now: datetime) -> tuple[datetime, str]:
        """The instant, and the wall-clock time it stands for."""
        due_at = now if when.wall is None else instant_of_wall_time(when.wall, when.zone)
        if when.wall is None:
            instant_of_wall_time(datetime(2026, 1, 1), when.zone)  # refuses an unknown zone
        rules.refuse_past(due_at, now)
        if when.embargo_until is not None and due_at < when.embargo_until:
            raise InvalidInput(
                Words("发布时间早于解禁时间", "the time is before the embargo ends"),
                field="at",
                remedy=Words("选择解禁之后的时间", "choose a time after the embargo"),
            )
        wall = when.wall.isoformat() if when.wall else "now"
        return due_at, wall

    def _make(
        self,
        tx: Transaction,
        editions: Mapping[str, Edition],
        plan: Plan,
        accounts: Sequence[Account],
        now: datetime,
    ) -> Planned:
        taken = store.taken(tx.connection, [edition.id for edition in editions.values()])
        left_out: list[tuple[Account, Words]] = []
        chosen: list[Account] = []
        rows: list[dict[str, object]] = []
        for account in accounts:
            edition = editions.get(self._name(account))
            refusal = why_not_publishable(account, now)
            if edition is None:
                refusal = refusal or Words("未随送审生成稿件", "no edition was signed for it")
            elif (edition.id, account.id) in taken:
                refusal = rules.already_planned(taken[edition.id, account.id])
            if refusal is not None or edition is None:
                left_out.append((account, refusal or Words("", "")))
                continue
            chosen.append(account)
            rows += [self._row(plan, edition, account, part) for part in range(edition.parts)]
        if not rows:
            raise Conflict(
                Words("没有可发布的账号", "no selected account can publish"),
                field="selection",
                remedy=left_out[0][1] if left_out else None,
            )
        store.add_plan(tx, plan, now)
        store.add_deliveries(tx, rows)
        self._refuse_overspent(tx.connection, chosen, plan.due_at)
        data = {"item": plan.item_id, "due_at": plan.due_at.isoformat(), "deliveries": len(rows)}
        tx.record(
            Event(kind=events.PLANNED, subject=plan.id, actor=plan.created_by, at=now, data=data)
        )
        return Planned(plan=plan, deliveries=len(rows), left_out=tuple(left_out))

    def _name(self, account: Account) -> str:
        variation = self._channels.variation(account.channel, account.settings)
        return rules.edition_name(account.channel, variation)

    def _row(self, plan: Plan, edition: Edition, account: Account, part: int) -> dict[str, object]:
        first = part == 0
        now = self._clock.now()
        waits = _S.READY if plan.due_at <= now else _S.PLANNED
        return {
            "id": self._ids.new(now),
            "plan_id": plan.id,
            "edition_id": edition.id,
            "account_id": account.id,
            "channel": account.channel,
            "part": part,
            "purpose": Purpose.PUBLISH,
            "state": waits if first else _S.BLOCKED,
            "reason": "" if first else "previous-part",
            "next_at": None,
            "priority": plan.priority,
            "due_at": plan.due_at,
            "not_after": plan.not_after,
        }

    def _refuse_overspent(
        self, connection: Connection, accounts: Iterable[Account], due_at: datetime
    ) -> None:
        """Raise Conflict where the deliveries that are planned now go over a quota."""
        limited: dict[Quota, list[Account]] = {}
        for account in accounts:
            for quota in self._channels.quotas(account.channel, account.settings):
                limited.setdefault(quota, []).append(account)
        for quota, members in limited.items():
            since, until = rules.quota_period(quota, due_at)
            used = store.spent(connection, [a.id for a in members], since, until)
            for account in members:
                rules.refuse_overspent(quota, used.get(account.id, 0), account.name)

    def reschedule(self, tx: Transaction, plan_id: str, when: When, actor: str) -> tuple[int, int]:
        """Move what has not left yet; see `Publishing.reschedule`."""
        now = self._clock.now()
        due_at, wall = self._due(when, now)
        plan = known_plan(tx.connection, plan_id)
        not_after = when.not_after or due_at + (plan.not_after - plan.due_at)
        embargo = when.embargo_until or plan.embargo_until
        if embargo is not None and due_at < embargo:
            raise InvalidInput(
                Words("发布时间早于解禁时间", "the time is before the embargo ends"), field="at"
            )
        rules.refuse_empty_window(due_at, not_after)
        values = {"due_at": due_at, "not_after": not_after}
        store.move_plan(tx, plan_id, wall_time=wall, zone=when.zone, **values)
        known = store.deliveries_of_plan(tx.connection, plan_id)
        moved, later = self._move(tx, plan_id, values)
        if not moved and not later:
            raise Conflict(
                Words("没有可改期的投递", "nothing is left that could be moved"), field="plan"
            )
        ids = {delivery.account_id for delivery in known if delivery.id in set(moved)}
        going = organisations.get_accounts(tx.connection, ids)
        self._refuse_overspent(tx.connection, going.values(), due_at)
        data = {"due_at": due_at.isoformat(), "moved": len(moved)}
        tx.record(Event(kind=events.RESCHEDULED, subject=plan_id, actor=actor, at=now, data=data))
        return len(moved) + len(later), len(known) - len(moved) - len(later)

    def _move(
        self, tx: Transaction, plan_id: str, values: Mapping[str, object]
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
