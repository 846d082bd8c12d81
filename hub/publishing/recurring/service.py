"""Recurring posts: entering and stopping them, and planning what comes next.

An occurrence is an ordinary plan with ordinary deliveries, made some days ahead and checked like
any other: signatures, accounts, blackouts and quotas as they are then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, GongkaiError, InvalidInput, NotFound, Words
from hub.kernel.events import Event, Kind
from hub.kernel.ids import IdSource
from hub.organisations import store as organisations
from hub.publishing import events
from hub.publishing import store as publishing
from hub.publishing.models import LIFECYCLE, DeliveryEvent, DeliveryState, Purpose
from hub.publishing.planning import Planned, Planner, Wish
from hub.publishing.recurring import store
from hub.publishing.recurring.models import (
    NewRecurrence,
    Occurrence,
    Recurrence,
    RecurrenceState,
)
from hub.publishing.recurring.rules import Rule, occurrence_key, read_rule, why_invalid
from hub.publishing.signing import signed_editions
from hub.publishing.when import When

__all__ = ["AHEAD", "Recurrences", "Shown"]

AHEAD = timedelta(days=7)  # how long before its time an occurrence is planned
_ACTOR = "system:planner"
_TOLERANCE = timedelta(seconds=60)  # as late as a plan for "now" may be
_SHOWN = 5
_AT_ONCE = 100  # occurrences of one recurrence in one pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A recurrence with what was dealt with, newest first, and the wall-clock times to come."""

    recurrence: Recurrence
    occurrences: tuple[Occurrence, ...]
    coming: tuple[datetime, ...]


class Recurrences:
    """One transaction per occurrence; `on_change` is called after what may make something due."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        planner: Planner,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._planner = planner
        self.on_change = on_change

    async def add(self, new: NewRecurrence, *, actor: str) -> Recurrence:
        """Enter a recurring post of an approved item.

        Raises InvalidInput for a rule that cannot be read or never comes, UnsignedEdition before
        the third signature, Conflict when no account is selected.
        """
        rule = read_rule(new.rule, new.starts, new.zone)
        now = self._clock.now()
        first = rule.from_moment(now)
        if new.not_after_minutes < 0:
            raise InvalidInput(
                Words("最晚时间不能早于发布时间", "it cannot end before it begins"),
                field="not_after_minutes",
            )

        def work(tx: Transaction) -> Recurrence:
            item = catalogue.get_item(tx.connection, new.item_id)
            signed_editions(tx.connection, item)
            why = Words("规则不再有下一次", "the rule has no occurrence to come")
            invalid = why if first is None else why_invalid(item, first)
            if first is None or invalid is not None:
                raise InvalidInput(
                    invalid or why,
                    field="rule",
                    remedy=Words("核对开始时间、UNTIL 与有效期", "check start, UNTIL and validity"),
                )
            if not organisations.select_accounts(tx.connection, new.selection):
                raise Conflict(
                    Words("没有选中任何账号", "no account is selected"), field="selection"
                )
            one = self._made(new, rule, first, actor, now)
            store.add_recurrence(tx, one)
            data = {"item": one.item_id, "rule": one.rule, "zone": one.zone}
            self._record(tx, events.RECURRENCE_ADDED, one.id, actor, data)
            return one

        return await self._database.write(work)

    def _made(
        self, new: NewRecurrence, rule: Rule, first: datetime, actor: str, now: datetime
    ) -> Recurrence:
        return Recurrence(
            id=self._ids.new(now),
            item_id=new.item_id,
            selection=new.selection,
            rule=rule.text,
            starts=new.starts,
            zone=new.zone,
            not_after_minutes=new.not_after_minutes,
            state=RecurrenceState.ACTIVE,
            next_wall=first,
            next_at=rule.instant(first),
            trouble_zh="",
            trouble_en="",
            created_by=actor,
            created_at=now,
        )

    async def all(self) -> list[Recurrence]:
        return await self._database.read(store.list_recurrences)

    async def show(self, recurrence_id: str) -> Shown:
        """Raises NotFound."""

        def work(connection: Connection) -> Shown:
            one = _known(store.get_recurrence(connection, recurrence_id), recurrence_id)
            rule = read_rule(one.rule, one.starts, one.zone)
            active = one.state is RecurrenceState.ACTIVE
            return Shown(
                recurrence=one,
                occurrences=tuple(store.occurrences_of(connection, recurrence_id)),
                coming=tuple(rule.coming(one.next_wall, _SHOWN) if active else ()),
            )

        return await self._database.read(work)

    async def stop(self, recurrence_id: str, *, actor: str) -> list[str]:
        """No occurrence after this; what is planned and has not left is cancelled. Its ids."""
        now = self._clock.now()

        def work(tx: Transaction) -> list[str]:
            one = _known(store.lock_recurrence(tx, recurrence_id), recurrence_id)
            if one.state is not RecurrenceState.ACTIVE:
                raise Conflict(
                    Words("定期发布已停止或到期", "the recurrence is over already"),
                    field="recurrence",
                )
            store.change(tx, one.id, state=RecurrenceState.STOPPED, next_wall=None, next_at=None)
            later = store.occurrences_of(tx.connection, one.id, after=now - AHEAD, limit=10_000)
            cancelled: list[str] = []
            for occurrence in later:
                if occurrence.plan_id:
                    cancelled += _cancel(tx, occurrence.plan_id)
            data = {"deliveries": cancelled}
            self._record(tx, events.RECURRENCE_STOPPED, one.id, actor, data)
            return cancelled

        return await self._database.write(work)

    async def plan_ahead(self) -> int:
        """Plan every occurrence of the next days that is not planned yet; how many were.

        Safe to run at any time and in several processes at once.
        """
        until = self._clock.now() + AHEAD
        due = await self._database.read(lambda c: store.due_recurrences(c, until))
        planned = 0
        for recurrence_id in due:
            planned += await self._plan_one(recurrence_id, until)
        if planned:
            self.on_change()
        return planned

    async def _plan_one(self, recurrence_id: str, until: datetime) -> int:
        planned = 0
        for _ in range(_AT_ONCE):
            step = await self._database.write(lambda tx: self._step(tx, recurrence_id, until))
            if step is None:
                break
            planned += step
        return planned

    def _step(self, tx: Transaction, recurrence_id: str, until: datetime) -> bool | None:
        """Deal with the next occurrence: True when it was planned, False when it was passed over;
        None when there is nothing to do now."""
        one = store.lock_recurrence(tx, recurrence_id)
        if one is None or one.state is not RecurrenceState.ACTIVE:
            return None
        if one.next_wall is None or one.next_at is None or one.next_at >= until:
            return None
        item = catalogue.get_item(tx.connection, one.item_id)
        if (why := why_invalid(item, one.next_wall)) is not None:
            self._end(tx, one, why)
            return None
        late = one.next_at < self._clock.now() - _TOLERANCE
        if late:
            trouble = Words(one.trouble_zh, one.trouble_en)
            missed = Words("错过时间，不补发", "its time has passed, it is not made up for")
            self._pass_over(tx, one, trouble if one.trouble_zh else missed)
            return False
        try:
            with tx.connection.begin_nested():
                planned = self._planner.plan(tx, self._wish(one, one.next_wall, one.next_at))
        except GongkaiError as error:
            self._note(tx, one, error)
            return None
        self._advance(tx, one, planned)
        return True

    def _wish(self, one: Recurrence, wall: datetime, at: datetime) -> Wish:
        minutes = one.not_after_minutes
        not_after = at + timedelta(minutes=minutes) if minutes else None
        return Wish(
            item_id=one.item_id,
            selection=one.selection,
            when=When(zone=one.zone, wall=wall, instant=at, not_after=not_after),
            actor=one.created_by,
            occurrence=occurrence_key(at),
        )

    def _advance(self, tx: Transaction, one: Recurrence, planned: Planned) -> None:
        self._deal_with(tx, one, plan_id=planned.plan.id, left_out=len(planned.left_out))

    def _pass_over(self, tx: Transaction, one: Recurrence, why: Words) -> None:
        """An occurrence that could not be planned until its time had come is not made up for."""
        data = {"at": one.next_at.isoformat() if one.next_at else "", "why": why.zh}
        self._record(tx, events.RECURRENCE_SKIPPED, one.id, _ACTOR, data)
        self._deal_with(tx, one, why=why)

    def _deal_with(
        self,
        tx: Transaction,
        one: Recurrence,
        *,
        plan_id: str = "",
        left_out: int = 0,
        why: Words | None = None,
    ) -> None:
        """Write down what became of the next occurrence, and go on to the one after it."""
        if one.next_wall is None or one.next_at is None:
            return
        store.add_occurrence(
            tx,
            Occurrence(
                recurrence_id=one.id,
                key=occurrence_key(one.next_at),
                at=one.next_at,
                wall=one.next_wall,
                plan_id=plan_id,
                left_out=left_out,
                reason_zh=why.zh if why else "",
                reason_en=why.en if why else "",
            ),
        )
        rule = read_rule(one.rule, one.starts, one.zone)
        following = rule.after(one.next_wall)
        if following is None:
            self._end(tx, one, Words("规则已到最后一次", "the rule has come to its end"))
            return
        at = rule.instant(following)
        store.change(tx, one.id, next_wall=following, next_at=at, trouble_zh="", trouble_en="")

    def _end(self, tx: Transaction, one: Recurrence, why: Words) -> None:
        store.change(
            tx,
            one.id,
            state=RecurrenceState.ENDED,
            next_wall=None,
            next_at=None,
            trouble_zh=why.zh,
            trouble_en=why.en,
        )
        self._record(tx, events.RECURRENCE_ENDED, one.id, _ACTOR, {"why": why.zh})

    def _note(self, tx: Transaction, one: Recurrence, error: GongkaiError) -> None:
        """Why the next occurrence cannot be planned yet; it is tried again until its time."""
        remedy = error.remedy or Words("", "")
        zh, en = f"{error.words.zh} {remedy.zh}".strip(), f"{error.words.en} {remedy.en}".strip()
        if (zh, en) != (one.trouble_zh, one.trouble_en):
            store.change(tx, one.id, trouble_zh=zh, trouble_en=en)
            data = {"at": one.next_at.isoformat() if one.next_at else "", "why": zh}
            self._record(tx, events.RECURRENCE_SKIPPED, one.id, _ACTOR, data)

    def _record(
        self, tx: Transaction, kind: Kind, subject: str, actor: str, data: Mapping[str, object]
    ) -> None:
        at = self._clock.now()
        tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))


def _known(found: Recurrence | None, recurrence_id: str) -> Recurrence:
    if found is None:
        raise NotFound(
            Words(f"没有定期发布 {recurrence_id}", f"no recurrence {recurrence_id}"),
            field="recurrence",
        )
    return found


def _cancel(tx: Transaction, plan_id: str) -> list[str]:
    return publishing.change_deliveries(
        tx,
        LIFECYCLE.sources(DeliveryEvent.CANCELLED),
        plan_id=plan_id,
        purpose=Purpose.PUBLISH,
        values={
            "state": DeliveryState.CANCELLED,
            "next_at": None,
            "reason": "",
            "lease_owner": "",
        },
    )
