"""What the clock does at the desk: remind, escalate, close what is over, end what was cut off."""

from __future__ import annotations

from datetime import timedelta

from hub.conversation.desk import events, rules, store
from hub.conversation.desk.answering import DeskAnswering
from hub.conversation.desk.models import (
    ANSWERING,
    NOTICE_WORDS,
    OWED,
    DeskTalk,
    Notice,
)
from hub.conversation.desk.ports import Rated, Ratings
from hub.conversation.desk.stepping import Terms
from hub.kernel.clock import CHINA, Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, Words
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.organisations import store as organisations
from hub.organisations.authority.store import holders
from hub.organisations.models import Role
from hub.publishing.alerts.store import add_alert
from hub.publishing.incidents.models import Alert, AlertKind, AlertState

__all__ = ["DeskWatch"]

_ACTOR = "system:desk"
_BATCH = 200
_CALL_IS_OVER = timedelta(minutes=15)  # longer than any call and its repeats take
_TOLD = {
    Notice.OFFICER: ANSWERING,
    Notice.HEAD: frozenset({Role.SECTION_HEAD}),
    Notice.LEADER: frozenset({Role.LEADER}),
}


class DeskWatch:
    """Where a conversation stands is in the database alone: a look may be missed, the next one
    tells. Reminders fall into the desk's own working time, for so do the moments they are due.
    Alerts are written only where `alerting` says that somebody sends them; the audit event always.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        terms: Terms,
        answering: DeskAnswering,
        ratings: Ratings,
        alerting: bool,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._terms = terms
        self._answering = answering
        self._ratings = ratings
        self._alerting = alerting

    async def look(self) -> int:
        """How many conversations something was done about."""
        return sum(
            [
                await self._remind(),
                await self._close_idle(),
                await self._end_cut_off(),
                await self._collect(),
            ]
        )

    async def _remind(self) -> int:
        now = self._clock.now()
        if not await self._database.read(lambda c: store.due_looks(c, now, 1)):
            return 0

        def work(tx: Transaction) -> int:
            due = store.due_looks(tx.connection, now, _BATCH)
            return sum(self._reminded(tx, talk) for talk in due)

        # a look that finds nothing to tell only notes when to look again
        return await self._database.write(work, audited=False)

    def _reminded(self, tx: Transaction, talk: DeskTalk) -> bool:
        """Tell whoever is to be told by now, the highest only, and note when to look again."""
        now, since = self._clock.now(), talk.waits_since
        if since is None or talk.state not in OWED:
            store.change(tx, talk, look_at=None)
            return False
        own = self._terms.hours(tx.connection, talk.body_id)
        hours = rules.hours_of(own.hours)
        minutes = (max(1, own.limit_minutes // 2), own.limit_minutes, 2 * own.limit_minutes)
        half, due, twice = (rules.due_after(hours, since, count) for count in minutes)
        due = talk.due_at or due
        notice = rules.notice_due(talk.told, half, due, twice, now)
        again = rules.next_notice((half, due, twice), now)
        if not store.change(tx, talk, told=notice, look_at=again) or notice is talk.told:
            return False
        names = [talk.officer] if talk.officer and notice is Notice.OFFICER else []
        names = names or holders(tx.connection, talk.body_id, _TOLD[notice])
        data = {"body": talk.body_id, "told": notice, "whom": names, "officer": talk.officer}
        tx.record(Event(kind=events.REMINDED, subject=talk.id, actor=_ACTOR, at=now, data=data))
        if self._alerting:
            add_alert(tx, self._alert(tx, talk, notice, names))
        return True

    def _alert(self, tx: Transaction, talk: DeskTalk, notice: Notice, names: list[str]) -> Alert:
        now, since = self._clock.now(), talk.waits_since or talk.opened_at
        words = NOTICE_WORDS[notice]
        body = organisations.get_body(tx.connection, talk.body_id)
        local = f"{since.astimezone(CHINA):%m-%d %H:%M}"
        whom = "、".join(names) or body.name
        text = Words(
            f"{body.name}：{local} 起等候，请 {whom} 处理（gongkai desk show {talk.id}）",
            f"{body.name}: waits since {local}, for {whom} (gongkai desk show {talk.id})",
        )
        return Alert(
            id=self._ids.new(now),
            incident_id=None,
            kind=AlertKind.REMINDER,
            title=str(words),
            text=str(text),
            state=AlertState.WAITING,
            tries=0,
            repeats=0,
            told=(),
            created_at=now,
            next_at=now,
        )

    async def _close_idle(self) -> int:
        """Close what was answered and to which the citizen says nothing more."""
        before = self._clock.now() - self._terms.paces.idle
        idle = await self._database.read(lambda c: store.idle(c, before, _BATCH))
        closed = 0
        for talk in idle:
            try:
                await self._answering.close(talk.id, actor=_ACTOR, system=True)
            except Conflict:  # the citizen has just written, or an officer has closed it
                continue
            closed += 1
        return closed

    async def _end_cut_off(self) -> int:
        before = self._clock.now() - _CALL_IS_OVER
        left = await self._database.read(lambda c: store.left_sending(c, before, _BATCH))
        for reply in left:
            await self._answering.end_interrupted(reply)
        return len(left)

    async def _collect(self) -> int:
        """Hand ratings on. What is handed on and not noted is handed on again and adds nothing."""
        found = await self._database.read(lambda c: store.rated(c, _BATCH))
        for talk in found:
            await self._ratings.rated(
                Rated(
                    conversation_id=talk.id,
                    channel=talk.channel,
                    body_id=talk.body_id,
                    sender=talk.sender,
                    stars=talk.rating,
                    at=talk.rated_at or talk.opened_at,
                )
            )
        now = self._clock.now()

        def note(tx: Transaction) -> None:
            for talk in found:
                store.change(tx, talk, collected_at=now)

        if found:
            await self._database.write(note, audited=False)
        return len(found)
