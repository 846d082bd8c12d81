"""Making and moving plans: which deliveries there are and when each is due.

Everything here works inside the caller's transaction, so that a plan is whole or not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.catalogue.models import Item
from hub.kernel.clock import Clock
from hub.kernel.database import Transaction
from hub.kernel.errors import Conflict, InvalidInput, Words
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.organisations import store as organisations
from hub.organisations.models import Account, Selection
from hub.organisations.rules import why_not_publishable
from hub.publishing import events, rules, store
from hub.publishing.displacing import displace
from hub.publishing.lateness import explained
from hub.publishing.models import (
    DeliveryState,
    Edition,
    Plan,
    Priority,
)
from hub.publishing.naming import name_for
from hub.publishing.placing import Seeker, place
from hub.publishing.ports import ChannelBook
from hub.publishing.quota.models import Allotment, Slot, Want
from hub.publishing.quota.rules import lost_race, why_full
from hub.publishing.quota.service import Quotas
from hub.publishing.signing import signed_editions
from hub.publishing.timing import store as timing
from hub.publishing.when import When, due
from hub.review import store as review

__all__ = ["Planned", "Planner", "Wish"]

_S = DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a plan is to be. `take_slots`: an emergency cancels routine posts whose quota slots it
    needs. `occurrence` is set where a recurrence plans. `reason` is why it goes out after its
    statutory limit."""

    item_id: str
    selection: Selection
    when: When
    actor: str
    priority: Priority = Priority.ROUTINE
    take_slots: bool = False
    occurrence: str = ""
    reason: str = ""

    @property
    def urgent(self) -> bool:
        return self.priority >= Priority.EMERGENCY


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan that was made: how many deliveries, and which accounts were left out and why.

    `displaced` are routine deliveries that were cancelled for it. `late` is why it is released
    after its statutory limit; empty where it is not.
    """

    plan: Plan
    deliveries: int
    left_out: tuple[tuple[Account, Words], ...] = ()
    displaced: tuple[str, ...] = ()
    late: str = ""


@dataclass(slots=True)
class _Draft:
    """One account's part of a plan that is being made."""

    account: Account
    edition: Edition
    ids: tuple[str, ...]
    due_at: datetime


@dataclass(slots=True)
class _Drafts:
    """All accounts of a plan that is being made; `wall` and `zone` are of the earliest."""

    ready: list[_Draft] = field(default_factory=list)
    left_out: list[tuple[Account, Words]] = field(default_factory=list)
    slots: tuple[Slot, ...] = ()
    displaced: tuple[str, ...] = ()
    late: str = ""
    wall: str = ""
    zone: str = ""

    def leave_out(self, reasons: Mapping[str, Words]) -> None:
        """Take out the accounts that have a reason."""
        if not reasons:
            return
        out = [(d.account, reasons[d.account.id]) for d in self.ready if d.account.id in reasons]
        self.left_out += out
        self.ready = [d for d in self.ready if d.account.id not in reasons]


class Planner:
    """`default_not_after` is how long after its due time a delivery may go where nothing says."""

    def __init__(
        self, clock: Clock, ids: IdSource, channels: ChannelBook, default_not_after: timedelta
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._channels = channels
        self._default_not_after = default_not_after
        self.quotas = Quotas(channels)

    def plan(self, tx: Transaction, wish: Wish) -> Planned:
        """The deliveries of an approved item; see `Publishing.plan`."""
        plan, drafts = self._drawn_up(tx, wish)
        return self._keep(tx, plan, drafts, wish)

    def rehearse(self, connection: Connection, wish: Wish) -> Planned:
        """What `plan` would make at this moment, with its errors, and nothing written; nobody's
        slots are taken for it."""
        plan, drafts = self._drawn_up(Transaction(connection), replace(wish, take_slots=False))
        return Planned(
            plan=plan,
            deliveries=sum(draft.edition.parts for draft in drafts.ready),
            left_out=tuple(drafts.left_out),
            late=drafts.late,
        )

    def _drawn_up(self, tx: Transaction, wish: Wish) -> tuple[Plan, _Drafts]:
        """The plan and its accounts, as far as reading goes; only displacing changes anything."""
        now = self._clock.now()
        due_at, wall = due(wish.when, now, self._default_not_after)
        if wish.take_slots and not wish.urgent:
            raise InvalidInput(
                Words("只有应急发布可以占用他人的额度", "only an emergency may take others' slots"),
                field="take_slots",
                remedy=Words("加 --emergency，或改期", "add --emergency, or choose another day"),
            )
        item = catalogue.get_item(tx.connection, wish.item_id)
        approval = review.approval_for(tx.connection, item.id, item.version)
        editions = signed_editions(tx.connection, item)
        drafts = self._drafts(tx, item, editions, wish, due_at)
        drafts.wall, drafts.zone = wall, wish.when.zone
        plan_id = self._ids.new(now)
        if wish.when.next_slot:
            self._place(tx, drafts, wish, due_at)
        else:
            self._refuse_blackouts(tx, drafts, wish, due_at)
            self._allot(tx, drafts, wish, plan_id)
        if not drafts.ready:
            raise Conflict(
                Words("没有可发布的账号", "no selected account can publish"),
                field="selection",
                remedy=drafts.left_out[0][1] if drafts.left_out else None,
            )
        first = min(draft.due_at for draft in drafts.ready)
        drafts.late = explained(tx, item, first, wish.reason, wish.actor, now)
        plan = Plan(
            id=plan_id,
            item_id=item.id,
            item_version=item.version,
            approval_id=approval.id if approval else "",
            wall_time=drafts.wall,
            zone=drafts.zone,
            due_at=first,
            not_after=wish.when.not_after or first + self._default_not_after,
            priority=int(wish.priority),
            created_by=wish.actor,
            embargo_until=wish.when.embargo_until,
        )
        return plan, drafts

    def _drafts(
        self,
        tx: Transaction,
        item: Item,
        editions: Mapping[str, Edition],
        wish: Wish,
        due_at: datetime,
    ) -> _Drafts:
        """The accounts that can publish, each with its signed edition; the others by reason."""
        now = self._clock.now()
        taken = store.taken(tx.connection, [e.id for e in editions.values()], wish.occurrence)
        drafts, chosen = _Drafts(), []
        for account in organisations.select_accounts(tx.connection, wish.selection, sealed=False):
            edition = editions.get(name_for(self._channels, item, account))
            refusal = why_not_publishable(account, now)
            if edition is None:
                refusal = refusal or Words("未随送审生成稿件", "no edition was signed for it")
            elif (edition.id, account.id) in taken:
                refusal = rules.already_planned(taken[edition.id, account.id])
            if refusal is not None or edition is None:
                drafts.left_out.append((account, refusal or Words("", "")))
            else:
                chosen.append((account, edition))
        ids = iter(self._ids.many(now, sum(edition.parts for _, edition in chosen)))
        drafts.ready = [_Draft(a, e, tuple(islice(ids, e.parts)), due_at) for a, e in chosen]
        return drafts

    def _place(self, tx: Transaction, drafts: _Drafts, wish: Wish, after: datetime) -> None:
        """Give every account its next free posting time."""
        seekers = [Seeker(account=d.account, delivery_ids=d.ids) for d in drafts.ready]
        placed = place(tx, seekers, after, self.quotas, urgent=wish.urgent)
        latest = wish.when.not_after
        for account_id, slot in placed.found.items():
            if latest is not None and slot.at >= latest:
                placed.refused[account_id] = Words(
                    "最晚发布时间之前没有空闲时段", "no free posting time before not_after"
                )
        drafts.leave_out(placed.refused)
        for draft in drafts.ready:
            draft.due_at = placed.found[draft.account.id].at
        drafts.slots = tuple(s for s in placed.slots if s.account_id not in placed.refused)
        if drafts.ready:
            first = min(placed.found[d.account.id] for d in drafts.ready)
            drafts.wall, drafts.zone = first.wall.isoformat(), first.zone

    def _refuse_blackouts(
        self, tx: Transaction, drafts: _Drafts, wish: Wish, due_at: datetime
    ) -> None:
        """Leave out the accounts that are to be silent then, unless it is an emergency."""
        if wish.urgent:
            return
        blackouts = timing.blackouts_after(tx.connection, due_at)
        silent = ((d.account.id, blackouts.why(d.account, due_at)) for d in drafts.ready)
        drafts.leave_out({one: why for one, why in silent if why is not None})

    def _allot(self, tx: Transaction, drafts: _Drafts, wish: Wish, plan_id: str) -> None:
        """Choose quota slots; leave out the accounts that have none and say who has them."""
        wants = [
            want
            for draft in drafts.ready
            for want in self._wants(draft.account, draft.ids, draft.due_at, wish.urgent)
        ]
        allotment = self.quotas.allot(tx, wants)
        if allotment.refused and wish.take_slots:
            by = Event(
                kind=events.DISPLACED, subject=plan_id, actor=wish.actor, at=self._clock.now()
            )
            allotment, cancelled = displace(tx, self.quotas, wants, allotment, by)
            drafts.displaced = tuple(cancelled)
        drafts.leave_out({one: why_full(refused) for one, refused in allotment.refused.items()})
        drafts.slots = allotment.slots

    def _wants(
        self, account: Account, ids: Sequence[str], at: datetime, urgent: bool
    ) -> list[Want]:
        quotas = self.quotas.of(account)
        if not quotas:
            return []
        return [
            Want(account=account, delivery_id=one, at=at, quotas=quotas, urgent=urgent)
            for one in ids
        ]

    def _keep(self, tx: Transaction, plan: Plan, drafts: _Drafts, wish: Wish) -> Planned:
        """Write the plan, its deliveries and what they reserve."""
        now = self._clock.now()
        store.add_plan(tx, plan, now)
        written = self._write(tx, plan, drafts.ready, wish)
        lost = self.quotas.keep(tx, Allotment(slots=drafts.slots, refused={}))
        if wish.when.next_slot:
            booked = {d.ids[0]: (d.account.id, d.due_at) for d in drafts.ready}
            lost |= timing.book(tx, booked)
        if lost:
            raise lost_race()
        data = {"item": plan.item_id, "due_at": plan.due_at.isoformat(), "deliveries": written}
        said = {"late": drafts.late} if drafts.late else {}
        made = events.PLANNED
        tx.record(
            Event(kind=made, subject=plan.id, actor=plan.created_by, at=now, data=data | said)
        )
        return Planned(
            plan=plan,
            deliveries=written,
            left_out=tuple(drafts.left_out),
            displaced=drafts.displaced,
            late=drafts.late,
        )

    def _write(self, tx: Transaction, plan: Plan, drafts: Sequence[_Draft], wish: Wish) -> int:
        """Write the deliveries, those together that differ in nothing but account; how many."""
        together: dict[tuple[str, int, datetime], list[_Draft]] = {}
        for draft in drafts:
            for part in range(draft.edition.parts):
                together.setdefault((draft.edition.id, part, draft.due_at), []).append(draft)
        for (_, part, due_at), members in together.items():
            batch = store.Batch(
                edition=members[0].edition,
                part=part,
                occurrence=wish.occurrence,
                due_at=due_at,
                not_after=wish.when.not_after or due_at + self._default_not_after,
            )
            rows = [(draft.ids[part], draft.account.id) for draft in members]
            store.add_parts(tx, plan, batch, rows, self._clock.now())
        return sum(draft.edition.parts for draft in drafts)
