"""Looks at clocks, emergencies and looks to be taken afterwards, and tells each level once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Words
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.organisations.models import Role
from hub.publishing.alerts import store as outbox
from hub.publishing.incidents.models import Alert, AlertKind, AlertState
from hub.publishing.reminders import events, store
from hub.publishing.reminders.models import Reminder, Topic
from hub.review import store as review
from hub.review.clocks.counting import end_of
from hub.review.clocks.explaining import LEVEL_WORDS, explain, local
from hub.review.clocks.models import Clock as Running
from hub.review.clocks.models import Level, Thresholds
from hub.review.clocks.rules import clock_of, due_level, next_look
from hub.review.determination import events as determination_events
from hub.review.determination import store as determinations
from hub.review.determination.models import Determination
from hub.review.history.store import last_step_at
from hub.review.models import STEP_ROLES, Approval, Emergency
from hub.review.rules import STEP_WORDS
from hub.review.urgency import store as urgency

__all__ = ["Reminders"]

_ACTOR = "system:reminders"
_BATCH = 200
_LEVELS = tuple(Level)
_TELLS = {
    Level.SECTION_HEAD: Role.SECTION_HEAD,
    Level.LEADER: Role.LEADER,
    Level.DISCLOSURE_OFFICE: Role.DISCLOSURE_OFFICE,
}


class Reminders:
    """`emergency_step`: how long each step of an emergency may take. Alerts are written only
    where `alerting` says that somebody sends them; the audit event is written always."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        thresholds: Thresholds,
        emergency_step: timedelta,
        alerting: bool,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._thresholds = thresholds
        self._emergency_step = emergency_step
        self._alerting = alerting

    async def look(self) -> int:
        """Tell what is to be told by now; how many reminders that were."""
        told = 0
        while await self._database.read(self._waits):
            # what it changes is told by events of its own, or is only when to look again
            more, count = await self._database.write(self._clocks, audited=False)
            told += count
            if not more:
                break
        approvals = await self._database.read(self._urgent)
        if approvals:
            told += await self._database.write(lambda tx: self._tell(tx, approvals), audited=False)
        return told

    def _waits(self, connection: Connection) -> bool:
        return bool(determinations.due_looks(connection, self._clock.now(), 1))

    # --- clocks

    def _clocks(self, tx: Transaction) -> tuple[bool, int]:
        now = self._clock.now()
        rows = determinations.due_looks(tx.connection, now, _BATCH)
        published = store.first_published(tx.connection, [row[0].item_id for row in rows])
        told = 0
        for held, title, body_id, formed_on in rows:
            if (at := published.get(held.item_id)) is not None:
                _stop(tx, held, at, now)
                continue
            clock = clock_of(held, formed_on)
            told += self._tell(tx, list(self._of_clock(tx, held, title, body_id, clock, now)))
            again = next_look(clock, now, self._thresholds)
            determinations.set_look_at(tx, held.item_id, again)
        return len(rows) == _BATCH, told

    def _of_clock(
        self,
        tx: Transaction,
        held: Determination,
        title: str,
        body_id: str,
        clock: Running | None,
        now: datetime,
    ) -> Iterator[Reminder]:
        """One for every level that was reached."""
        reached = due_level(clock, now, self._thresholds)
        if clock is None or clock.due_at is None or reached is None:
            return
        why = explain(clock)
        for level in _LEVELS[: _LEVELS.index(reached) + 1]:
            said = LEVEL_WORDS[level]
            whom = "、".join(_told_at(tx.connection, body_id, level)) or held.unit
            due = local(clock.due_at)
            yield Reminder(
                subject=held.item_id,
                topic=Topic.CLOCK,
                mark=clock.due_at.isoformat(),
                level=level,
                title=Words(f"{said.zh}：{title}", f"{said.en}: {title}"),
                text=Words(
                    f"{held.unit}，时限 {due}。请 {whom} 处理。{why.zh}",
                    f"{held.unit}, limit {due}. For {whom}. {why.en}",
                ),
            )

    # --- emergencies

    def _urgent(self, connection: Connection) -> list[Reminder]:
        """What is to be told now of emergencies and of looks to be taken afterwards."""
        now = self._clock.now()
        ids = urgency.open_emergencies(connection)
        found = review.approvals_by_ids(connection, ids)
        wanted = [r for i in ids for r in self._of_emergency(connection, found[i], now)]
        wanted += self._of_looks(connection, now)
        return [reminder for reminder in wanted if not store.was_told(connection, reminder)]

    def _of_emergency(
        self, connection: Connection, approval: Approval, now: datetime
    ) -> Iterator[Reminder]:
        """At once to the next signer, and to the leader when that takes too long."""
        step, emergency = approval.next_step, approval.emergency
        if step is None or emergency is None:
            return
        item = catalogue.get_item(connection, approval.item_id)
        names = "、".join(store.people_with(connection, item.body_id, STEP_ROLES[step])) or "?"
        since = _waits_since(connection, approval, emergency)
        due = since + self._emergency_step
        levels = [Level.WARNING] + ([Level.LEADER] if due <= now else [])
        words = STEP_WORDS[step]
        for level in levels:
            over = Words("，已超时", ", overdue") if level is Level.LEADER else Words("", "")
            yield Reminder(
                subject=approval.id,
                topic=Topic.EMERGENCY,
                mark=f"{step.value} {since.isoformat()}",
                level=level,
                title=Words(
                    f"紧急签批待{words.zh}{over.zh}：{item.title}",
                    f"emergency waits for the {words.en}{over.en}: {item.title}",
                ),
                text=Words(
                    f"请 {names} 于 {local(due)} 前{words.zh}。事由：{emergency.reason}",
                    f"{names}: {words.en} by {local(due)}. Why: {emergency.reason}",
                ),
            )

    def _of_looks(self, connection: Connection, now: datetime) -> Iterator[Reminder]:
        for look in urgency.list_after_looks(connection):
            if look.due_on is None or end_of(look.due_on) > now:
                continue
            yield Reminder(
                subject=look.approval_id,
                topic=Topic.AFTER_LOOK,
                mark=look.due_on.isoformat(),
                level=Level.DISCLOSURE_OFFICE,
                title=Words(
                    f"紧急签批事后复核超期：{look.title}",
                    f"the look after an emergency is overdue: {look.title}",
                ),
                text=Words(
                    f"应于 {look.due_on} 前由第四人复核（gongkai review after-look）",
                    f"a fourth person was to look by {look.due_on} (gongkai review after-look)",
                ),
            )

    # --- telling

    def _tell(self, tx: Transaction, wanted: list[Reminder]) -> int:
        """Write down what is new; of several levels of one matter the highest is alerted."""
        now = self._clock.now()
        fresh = [reminder for reminder in wanted if not store.was_told(tx.connection, reminder)]
        highest = {(r.subject, r.topic, r.mark): r for r in fresh}
        for reminder in fresh:
            store.write_down(tx, reminder, now)
            data = {
                "topic": reminder.topic.value,
                "level": reminder.level.value,
                "mark": reminder.mark,
                "zh": reminder.title.zh,
            }
            kind, subject = events.REMINDED, reminder.subject
            tx.record(Event(kind=kind, subject=subject, actor=_ACTOR, at=now, data=data))
        if self._alerting:
            for reminder in highest.values():
                outbox.add_alert(tx, self._alert(reminder, now))
        return len(fresh)

    def _alert(self, reminder: Reminder, now: datetime) -> Alert:
        return Alert(
            id=self._ids.new(now),
            incident_id=None,
            kind=AlertKind.REMINDER,
            title=str(reminder.title),
            text=f"{reminder.text.zh}\n{reminder.text.en}",
            state=AlertState.WAITING,
            tries=0,
            repeats=0,
            told=(),
            created_at=now,
            next_at=now,
        )


def _stop(tx: Transaction, held: Determination, at: datetime, now: datetime) -> None:
    determinations.set_published(tx, held.item_id, at)
    data = {"at": at.isoformat()}
    kind = determination_events.PUBLISHED
    tx.record(Event(kind=kind, subject=held.item_id, actor=_ACTOR, at=now, data=data))


def _told_at(connection: Connection, body_id: str, level: Level) -> list[str]:
    role = _TELLS.get(level)
    return store.people_with(connection, body_id, role) if role else []


def _waits_since(connection: Connection, approval: Approval, emergency: Emergency) -> datetime:
    last = last_step_at(connection, approval.id)
    return max(emergency.at, last) if last else emergency.at
