"""What people do with publishing: submit for review, plan, reschedule, cancel.

The rules live here and in the database's constraints, so that no door can go round them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.catalogue.models import Item
from hub.kernel.clock import Clock, instant_of_wall_time
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, InvalidInput, NotFound, Words
from hub.kernel.events import Event, Kind
from hub.kernel.ids import IdSource
from hub.organisations import store as organisations
from hub.organisations.models import Account, Selection
from hub.organisations.rules import why_not_publishable
from hub.publishing import events, rules, store
from hub.publishing.models import (
    LIFECYCLE,
    Delivery,
    DeliveryEvent,
    DeliveryState,
    Edition,
    Plan,
    Priority,
    Purpose,
    Quota,
)
from hub.publishing.ports import ChannelBook, DraftEdition, Rendered, Renderer
from hub.publishing.signing import signed_editions
from hub.review import store as review
from hub.review.models import Approval

__all__ = ["Planned", "Publishing", "When"]

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


class Publishing:
    """One transaction per method; `on_change` is called after what may make something due."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        renderer: Renderer,
        channels: ChannelBook,
        default_not_after: timedelta,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._renderer = renderer
        self._channels = channels
        self._default_not_after = default_not_after
        self.on_change = on_change

    async def submit(self, item_id: str, selection: Selection, actor: str) -> Approval:
        """Render the item for every selected account's channel and open its review.

        Raises InvalidInput where a channel could not take it, NotFound, Conflict when no account
        is selected. The editions are frozen: what the reviewers see is what is sent.
        """
        item, accounts = await self._database.read(
            lambda c: (catalogue.get_item(c, item_id), organisations.select_accounts(c, selection))
        )
        if not accounts:
            raise Conflict(
                Words("没有选中任何账号", "no account is selected"),
                field="selection",
                remedy=Words("放宽选择条件，或先登记账号", "widen the selection, or add accounts"),
            )
        body = await self._database.read(lambda c: organisations.get_body(c, item.body_id))
        rendered = await self._renderer.render(item, body, accounts)
        return await self._database.write(lambda tx: self._open(tx, item, rendered, actor))

    def _open(self, tx: Transaction, item: Item, rendered: Rendered, actor: str) -> Approval:
        now = self._clock.now()
        for sha256, picture in rendered.pictures.items():
            media_type = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
            catalogue.put_blob(tx, sha256, media_type, picture)
        editions = [self._edition(item, draft) for draft in rendered.editions]
        store.add_editions(tx, editions, now)
        approval_id = self._ids.new(now)
        entries = {e.name: e.payload_hash for e in editions}
        review.open_approval(
            tx,
            approval_id=approval_id,
            item=item,
            entries=entries,
            submitted_by=actor,
            at=now,
        )
        data = {"item": item.id, "version": item.version, "editions": entries}
        tx.record(self._event(events.SUBMITTED, approval_id, actor, data))
        return review.get_approval(tx.connection, approval_id)

    def _edition(self, item: Item, draft: DraftEdition) -> Edition:
        payload = rules.encode_parts(draft.parts)
        return Edition(
            id=self._ids.new(self._clock.now()),
            item_id=item.id,
            item_version=item.version,
            channel=draft.channel,
            name=rules.edition_name(draft.channel, draft.variation),
            variation=dict(draft.variation),
            payload=payload,
            payload_hash=rules.payload_hash(payload),
            parts=len(draft.parts),
        )

    async def editions(self, item_id: str) -> list[Edition]:
        """The editions of the item's current version: the exact bytes, for preview."""
        return await self._database.read(
            lambda c: store.editions_of(c, item_id, catalogue.current_version(c, item_id))
        )

    async def plan(
        self,
        item_id: str,
        selection: Selection,
        when: When,
        actor: str,
        priority: Priority = Priority.ROUTINE,
    ) -> Planned:
        """Make the deliveries of an approved item: one per selected account and part.

        Raises UnsignedEdition before the third signature, InvalidInput for a past or impossible
        time, Conflict for an exhausted quota. Accounts that cannot publish are left out and named.
        """
        now = self._clock.now()
        due_at, wall = self._due(when, now)
        not_after = when.not_after or due_at + self._default_not_after
        rules.refuse_empty_window(due_at, not_after)

        def work(tx: Transaction) -> Planned:
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

        planned = await self._database.write(work)
        self.on_change()
        return planned

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
        tx.record(self._event(events.PLANNED, plan.id, plan.created_by, data))
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

    async def reschedule(self, plan_id: str, when: When, actor: str) -> tuple[int, int]:
        """Move what has not left yet to another time; (moved, not movable any more)."""
        now = self._clock.now()
        due_at, wall = self._due(when, now)

        def work(tx: Transaction) -> tuple[int, int]:
            plan = self._plan(tx.connection, plan_id)
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
            tx.record(self._event(events.RESCHEDULED, plan_id, actor, data))
            return len(moved) + len(later), len(known) - len(moved) - len(later)

        result = await self._database.write(work)
        self.on_change()
        return result

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

    async def cancel(self, actor: str, *, plan_id: str = "", delivery_id: str = "") -> list[str]:
        """Cancel what has not left yet, of a plan or one delivery; the ids that are cancelled.

        Safe at every moment: a claimed delivery loses its lease and is not sent; one whose
        attempt has begun is not cancelled and has to be recalled. A plan's recalls go on.
        """
        if not plan_id and not delivery_id:
            raise InvalidInput(
                Words("请指明计划或投递", "name a plan or a delivery"), field="delivery"
            )

        def work(tx: Transaction) -> list[str]:
            if plan_id:
                self._plan(tx.connection, plan_id)
            cancelled = store.change_deliveries(
                tx,
                LIFECYCLE.sources(_E.CANCELLED),
                plan_id=plan_id,
                ids=(delivery_id,) if delivery_id else (),
                purpose="" if delivery_id else Purpose.PUBLISH,
                values={"state": _S.CANCELLED, "next_at": None, "reason": "", "lease_owner": ""},
            )
            if cancelled:
                data = {"deliveries": cancelled}
                subject = plan_id or delivery_id
                tx.record(self._event(events.CANCELLED, subject, actor, data))
            return cancelled

        return await self._database.write(work)

    async def progress(self, plan_id: str) -> tuple[Plan, list[Delivery]]:
        """A plan and all its deliveries."""
        return await self._database.read(
            lambda c: (self._plan(c, plan_id), store.deliveries_of_plan(c, plan_id))
        )

    async def plans(self, limit: int = 50) -> list[Plan]:
        return await self._database.read(lambda c: store.list_plans(c, limit))

    def _plan(self, connection: Connection, plan_id: str) -> Plan:
        plan = store.get_plan(connection, plan_id)
        if plan is None:
            raise NotFound(Words(f"没有计划 {plan_id}", f"no plan {plan_id}"), field="plan")
        return plan

    def _event(self, kind: Kind, subject: str, actor: str, data: Mapping[str, object]) -> Event:
        return Event(kind=kind, subject=subject, actor=actor, at=self._clock.now(), data=data)
