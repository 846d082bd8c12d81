"""Incidents: gathered from the audit chain, told once, resumed and closed by people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, NotFound, Words
from hub.kernel.events import Event, Kind, read_events
from hub.kernel.ids import IdSource
from hub.publishing import events
from hub.publishing.alerts import store as outbox
from hub.publishing.incidents import store
from hub.publishing.incidents.foreseeing import foreseen
from hub.publishing.incidents.models import (
    Alert,
    AlertKind,
    AlertState,
    Cause,
    Foreseen,
    Incident,
    IncidentState,
    Resumed,
    Shown,
)
from hub.publishing.incidents.rules import (
    FEED,
    GROWTH,
    Found,
    alert_words,
    cause_of,
    read,
    ring_cause,
)
from hub.publishing.models import Delivery
from hub.publishing.recall import store as recalls

__all__ = ["Incidents"]

_ACTOR = "system:incidents"
_READER = "incidents"
_EVENTS_AT_ONCE = 200
_FAR = 10_000  # so many events are soon read again
_MOST_COUNTED = 100_000
_I = IncidentState


@dataclass(slots=True)
class _Group:
    """What is in trouble for one cause: delivery ids, or the failures of a stopped plan."""

    cause: Cause
    ids: list[str] = field(default_factory=list)
    failed: int = 0


class Incidents:
    """One transaction per method.

    Trouble of one cause that comes within `window` of the last is the same incident. Alerts are
    written only where `alerting` says that somebody sends them.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        window: timedelta,
        alerting: bool,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._window = window
        self._alerting = alerting
        self._seen = 0
        self.on_change = on_change

    # --- what the scheduler does

    async def gather(self) -> int:
        """Read on in the audit chain and group what is trouble; how many events were read.

        How far it has come is written down with what it found; where there was nothing it is
        only remembered, and after a crash read again.
        """

        def look(connection: Connection) -> tuple[int, Found, int]:
            seq = store.cursor(connection, _READER)
            after = max(seq, self._seen)
            told = read_events(connection, after=after, kinds=FEED, limit=_EVENTS_AT_ONCE)
            return seq, read(told), len(told)

        seq, found, count = await self._database.read(look)
        if found.trouble or found.last - seq > _FAR:
            # what it changes is told by an event of its own, or is nobody's business yet
            await self._database.write(lambda tx: self._note(tx, seq, found), audited=False)
        self._seen = max(self._seen, found.last)
        return count

    def _note(self, tx: Transaction, seq: int, found: Found) -> None:
        if not store.move_cursor(tx, _READER, seq, found.last):
            return  # another process has read this
        now = self._clock.now()
        for (channel, plan_id), groups in self._grouped(tx.connection, found).items():
            for group in groups:
                self._add(tx, channel, plan_id, group, now)

    def _grouped(
        self, connection: Connection, found: Found
    ) -> Mapping[tuple[str, str], Iterable[_Group]]:
        """By channel (or stopped plan), one group for every cause there is now."""
        rows: list[Delivery] = store.deliveries_by_ids(connection, found.codes)
        if found.outage:
            rows += store.held_by_outage(connection)
        groups: dict[tuple[str, str], dict[str, _Group]] = {}
        for row in rows:
            cause = cause_of(row, found.codes.get(row.id, ""))
            if cause is not None:
                of_channel = groups.setdefault((row.channel, ""), {})
                of_channel.setdefault(cause.code, _Group(cause)).ids.append(row.id)
        for plan_id, failed in found.stopped.items():
            cause = ring_cause(plan_id, failed)
            groups["", plan_id] = {cause.code: _Group(cause, failed=failed)}
        return {key: list(by_cause.values()) for key, by_cause in groups.items()}

    def _add(
        self, tx: Transaction, channel: str, plan_id: str, group: _Group, now: datetime
    ) -> None:
        since = now - self._window
        known = store.going_on(tx.connection, channel, group.cause.code, plan_id, since)
        if known is None:
            known = Incident(
                id=self._ids.new(now),
                channel=channel,
                cause=group.cause.code,
                plan_id=plan_id,
                state=_I.WATCHED,
                count=0,
                told=0,
                words=group.cause.words,
                first_at=now,
                last_at=now,
            )
            store.add_incident(tx, known)
        fresh = store.add_members(tx, known.id, group.ids) if group.ids else 0
        grown = replace(known, count=known.count + fresh + group.failed, last_at=now)
        self._tell(tx, grown, group, now)

    def _tell(self, tx: Transaction, incident: Incident, group: _Group, now: datetime) -> None:
        """Open it when there is enough, tell again when there is ten times as much."""
        kind: AlertKind | None = None
        if incident.state is _I.WATCHED and incident.count >= group.cause.least:
            kind = AlertKind.OPENED
        elif incident.state is _I.OPEN and incident.count >= incident.told * GROWTH:
            kind = AlertKind.GROWN
        told = replace(
            incident,
            state=_I.OPEN if kind is AlertKind.OPENED else incident.state,
            told=incident.count if kind else incident.told,
        )
        store.change_incident(
            tx,
            told.id,
            (incident.state,),
            state=told.state,
            count=told.count,
            told=told.told,
            last_at=told.last_at,
        )
        if kind is AlertKind.OPENED:
            data = {"channel": told.channel, "cause": told.cause, "count": told.count}
            self._record(tx, events.INCIDENT_OPENED, told.id, _ACTOR, data)
        if kind is not None:
            self._alert(tx, told, kind, group.ids[:3], now)

    def _alert(
        self,
        tx: Transaction,
        incident: Incident,
        kind: AlertKind,
        examples: Sequence[str],
        now: datetime,
    ) -> None:
        if not self._alerting:
            return
        title, text = alert_words(kind, incident, examples)
        alert = Alert(
            id=self._ids.new(now),
            incident_id=incident.id,
            kind=kind,
            title=title,
            text=text,
            state=AlertState.WAITING,
            tries=0,
            repeats=0,
            told=(),
            created_at=now,
            next_at=now,
        )
        outbox.add_alert(tx, alert)

    async def settle(self) -> int:
        """Close what is over: every delivery is out, or a stopped plan goes on; how many."""
        before = self._clock.now() - self._window

        def look(connection: Connection) -> tuple[list[Incident], list[str]]:
            known = store.open_incidents(connection)
            over = [incident for incident in known if _is_over(connection, incident)]
            return over, store.quiet_ids(connection, before)

        over, quiet = await self._database.read(look)

        def work(tx: Transaction) -> None:
            for incident in over:
                self._close(tx, incident, _ACTOR)
            if quiet:
                store.forget(tx, quiet)

        if over or quiet:
            await self._database.write(work, audited=False)  # closing records its own event
        return len(over)

    def _close(self, tx: Transaction, incident: Incident, actor: str) -> bool:
        now = self._clock.now()
        values = {"state": _I.CLOSED, "closed_at": now, "closed_by": actor}
        if not store.change_incident(tx, incident.id, (_I.OPEN,), **values):
            return False
        data = {"channel": incident.channel, "cause": incident.cause, "count": incident.count}
        self._record(tx, events.INCIDENT_CLOSED, incident.id, actor, data)
        self._alert(tx, incident, AlertKind.CLOSED, (), now)
        return True

    # --- what people do

    async def find(self, *, closed_too: bool = False, limit: int = 100) -> list[Incident]:
        """Open incidents, the newest trouble first."""
        return await self._database.read(
            lambda c: store.find_incidents(c, closed_too=closed_too, limit=limit)
        )

    async def show(self, incident_id: str) -> Shown:
        """Raises NotFound."""

        def work(connection: Connection) -> Shown:
            incident = _known(connection, incident_id)
            return Shown(
                incident=incident,
                examples=tuple(store.examples_of(connection, incident)),
                unsolved=store.unsolved(connection, incident, _MOST_COUNTED),
                alerts=tuple(outbox.alerts_of(connection, incident_id)),
            )

        return await self._database.read(work)

    async def accounts(self, incident_id: str) -> frozenset[str]:
        """The ids of all accounts that an incident touches. Raises NotFound."""
        return await self._database.read(lambda c: store.accounts_of(c, _known(c, incident_id)))

    async def foresee(self, incident_id: str) -> Foreseen:
        """What `resume` would do at this moment; nothing is changed. Raises NotFound."""
        now = self._clock.now()

        def work(connection: Connection) -> Foreseen:
            incident = _known(connection, incident_id)
            recalled = _recalled(connection, incident)
            return foreseen(store.standings(connection, incident, now, recalled))

        return await self._database.read(work)

    async def resume(self, incident_id: str, actor: str, *, late: bool = False) -> Resumed:
        """Make ready what of an incident still failed or waits, in one transaction.

        Never what is unknown: that would risk a duplicate. What is past its latest time is left
        out unless `late`. Raises NotFound, and Conflict where it is a plan that has to be resumed.
        """
        done = await self._database.write(lambda tx: self._resume(tx, incident_id, actor, late))
        self.on_change()
        return done

    def _resume(self, tx: Transaction, incident_id: str, actor: str, late: bool) -> Resumed:
        incident = _known(tx.connection, incident_id)
        if incident.plan_id:
            raise Conflict(
                Words("分批发布按计划放行", "rings are resumed by their plan"),
                field="incident",
                remedy=Words(
                    f"gongkai plan resume {incident.plan_id}",
                    f"gongkai plan resume {incident.plan_id}",
                ),
            )
        now = self._clock.now()
        recalled = _recalled(tx.connection, incident)
        ready = store.resume_members(tx, incident, now, late=late, recalled=recalled)
        if ready:
            store.change_incident(tx, incident_id, tuple(_I), resumed_at=now)
            data = {"deliveries": ready, "late": late}
            self._record(tx, events.INCIDENT_RESUMED, incident_id, actor, data)
        return Resumed(
            ready=len(ready),
            late=0 if late else store.late_members(tx.connection, incident, now),
            unknown=store.unknown_members(tx.connection, incident),
        )

    async def close(self, incident_id: str, actor: str) -> None:
        """A person has seen to it; trouble that comes later is a new incident."""

        def work(tx: Transaction) -> None:
            if not self._close(tx, _known(tx.connection, incident_id), actor):
                raise Conflict(
                    Words("该异常已关闭", "the incident is closed already"), field="incident"
                )

        await self._database.write(work)

    def _record(
        self, tx: Transaction, kind: Kind, subject: str, actor: str, data: Mapping[str, object]
    ) -> None:
        tx.record(Event(kind=kind, subject=subject, actor=actor, at=self._clock.now(), data=data))


def _known(connection: Connection, incident_id: str) -> Incident:
    incident = store.get_incident(connection, incident_id)
    if incident is None or incident.state is _I.WATCHED:
        raise NotFound(
            Words(f"没有异常 {incident_id}", f"no incident {incident_id}"), field="incident"
        )
    return incident


def _is_over(connection: Connection, incident: Incident) -> bool:
    if incident.plan_id:
        return not store.ring_is_stopped(connection, incident.plan_id)
    return store.unsolved(connection, incident, 1) == 0


def _recalled(connection: Connection, incident: Incident) -> list[str]:
    """Of the editions it would publish, those of versions that were recalled."""
    ids = store.editions_to_resume(connection, incident)
    return sorted(recalls.recalled_editions(connection, ids))
