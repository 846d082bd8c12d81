"""The audit chain read by people, within what they may see; and the walk that proves it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import NotFound, Unavailable, Words
from hub.kernel.events import BrokenChain, Event, Kind, chain_head, chain_start, verify_next
from hub.organisations import store as organisations
from hub.organisations.auditing import events, store
from hub.organisations.auditing.models import (
    Change,
    Checking,
    EventPage,
    OneEvent,
    Row,
    WantedEvents,
)
from hub.organisations.authority.store import bodies_within_reach, count_bodies
from hub.organisations.models import Role

__all__ = ["MOST_EXPORTED", "Auditing"]

MOST_EXPORTED = 1_000_000
_AUDITORS = frozenset({Role.ADMIN, Role.DISCLOSURE_OFFICE})
_AT_ONCE = 2_000  # events read by one look
_MOST_LOOKED = 10_000  # for one page, where little of what is read is wanted
_BEFORE = 50  # events about the same thing that are asked what they said
_WALKED = 5_000  # events verified in one transaction


class Auditing:
    """One walk over the chain at a time in a process; its outcome is an event, too."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._checking: Checking | None = None
        self._task: asyncio.Task[None] | None = None

    async def actors_for(self, login: str, under: str = "") -> frozenset[str] | None:
        """Whose doings `login` may read: None is everybody's, for who is administrator or
        disclosure office of all bodies; else those of the people of theirs. `under` (a body's
        code) narrows it to the people of that body and those below. Raises UnknownPerson."""

        def look(connection: Connection) -> frozenset[str] | None:
            person = organisations.person_by_login(connection, login)
            reached = bodies_within_reach(connection, person.id, _AUDITORS)
            if not under:
                whole = len(reached) == count_bodies(connection)
                return None if whole else store.logins_of(connection, reached)
            top = organisations.bodies_by_code(connection, [under]).get(under)
            below = organisations.list_bodies(connection, top.id) if top else []
            return store.logins_of(connection, reached & {body.id for body in below})

        return await self._database.read(look)

    async def page(self, wanted: WantedEvents) -> EventPage:
        return await self._database.read(lambda c: _page(c, wanted))

    async def one(self, seq: int, actors: frozenset[str] | None) -> OneEvent:
        """Raises NotFound, also for what somebody may not read."""

        def look(connection: Connection) -> OneEvent:
            event = store.event_at(connection, seq)
            if event is None or not (actors is None or event["actor"] in actors):
                raise NotFound(
                    Words(f"没有第 {seq} 号记录", f"there is no event {seq}"), field="seq"
                )
            before = store.earlier_of(connection, event["subject"], seq, _BEFORE)
            return OneEvent(
                event=event,
                changes=_changes(event, before),
                earlier=before[0]["seq"] if before else 0,
                later=store.next_of(connection, event["subject"], seq),
                sound=store.link_holds(connection, seq),
            )

        return await self._database.read(look)

    async def export(self, wanted: WantedEvents, *, actor: str) -> AsyncIterator[Row]:
        """What was found, newest first, at most MOST_EXPORTED events; that it was taken away is an
        event itself."""
        await self._record(events.EXPORTED, actor, _told(wanted))
        left, following = MOST_EXPORTED, wanted.before
        while left > 0:
            page = await self.page(replace(wanted, before=following, limit=min(left, _AT_ONCE)))
            for row in page.events:
                yield row
            left, following = left - len(page.events), page.next
            if not following:
                return

    # --- the proof of the whole

    @property
    def checking(self) -> Checking | None:
        """The walk that goes on, or the last one of this process."""
        return self._checking

    async def check(self, actor: str) -> Checking:
        """Begin to walk the whole chain, unless a walk goes on; how far it is."""
        if self._checking is not None and self._checking.running:
            return self._checking
        started = Checking(by=actor, started_at=self._clock.now(), total=0)
        self._checking = started
        head, _ = await self._database.read(chain_head)
        self._checking = replace(started, total=head)
        self._task = asyncio.create_task(self._walk(actor))
        return self._checking

    async def finished(self) -> None:
        """Once no walk goes on in this process."""
        if self._task is not None:
            await self._task

    async def close(self) -> None:
        """Break a walk off; whoever wants to know begins another."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _prove(self, actor: str) -> None:
        try:
            seq, digest = await self._database.read(chain_start)
            while True:
                at = (seq, digest)
                found = await self._database.read(partial(verify_next, **_link(*at)))
                if found == at:
                    break
                seq, digest = found
                self._told(done=seq)
        except BrokenChain as error:
            await self._record(events.FOUND_BROKEN, actor, {"seq": error.seq})
            self._told(ended_at=self._clock.now(), broken=error.seq, why=error.words)
            return
        await self._record(events.VERIFIED, actor, {"events": seq, "head": digest})
        self._told(ended_at=self._clock.now(), head=f"{seq}:{digest}")

    async def _walk(self, actor: str) -> None:
        """A walk that the database left in the middle has ended, and proved nothing."""
        try:
            await self._prove(actor)
        except Unavailable as error:
            self._told(ended_at=self._clock.now(), why=error.words)

    def _told(self, **values: object) -> None:
        if self._checking is not None:
            self._checking = replace(self._checking, **values)  # type: ignore[arg-type]

    async def _record(self, kind: Kind, actor: str, data: dict[str, object]) -> None:
        at = self._clock.now()

        def work(tx: Transaction) -> None:
            tx.record(Event(kind=kind, subject="audit", actor=actor, at=at, data=data))

        await self._database.write(work)


def _link(seq: int, digest: str) -> dict[str, Any]:
    return {"seq": seq, "digest": digest, "batch": _WALKED}


def _page(connection: Connection, wanted: WantedEvents) -> EventPage:
    """By one index: that of the thing, else of the person, else of what happened, else the chain
    itself; the rest is asked of what it gives."""
    chosen = (name for name in ("subject", "actor", "kind") if getattr(wanted, name))
    column = next(chosen, "")
    below = wanted.before or chain_head(connection)[0] + 1
    if wanted.until is not None:
        below = min(below, store.first_since(connection, wanted.until))
    above = store.first_since(connection, wanted.since) - 1 if wanted.since else 0
    kept: list[Row] = []
    looked, at_once = 0, wanted.limit
    while looked < _MOST_LOOKED:
        value = getattr(wanted, column) if column else ""
        rows = store.newest(
            connection, column=column, value=value, below=below, above=above, limit=at_once
        )
        for row in rows:
            looked, below = looked + 1, row.seq
            if _is_wanted(row, wanted):
                kept.append(store.told(row))
            if len(kept) == wanted.limit:
                return EventPage(events=tuple(kept), next=_more(below, above), looked=looked)
        if len(rows) < at_once:
            return EventPage(events=tuple(kept), next=0, looked=looked)
        at_once = _AT_ONCE
    return EventPage(events=tuple(kept), next=_more(below, above), looked=looked)


def _more(below: int, above: int) -> int:
    return below if below > above + 1 else 0


def _is_wanted(stored: Any, wanted: WantedEvents) -> bool:
    """By its columns: thousands are looked at for a page, and to read each would take longest."""
    asked = ("actor", "kind", "subject")
    return all(getattr(wanted, name) in ("", getattr(stored, name)) for name in asked) and (
        wanted.actors is None or stored.actor in wanted.actors
    )


def _changes(event: Row, before: list[Row]) -> tuple[Change, ...]:
    """For each thing the event says, what was last said of it."""
    changes = []
    for name, after in event["data"].items():
        former = next((one for one in before if name in one["data"]), None)
        changes.append(
            Change(
                name=name,
                before=former["data"][name] if former else None,
                after=after,
                before_seq=former["seq"] if former else 0,
            )
        )
    return tuple(changes)


def _told(wanted: WantedEvents) -> dict[str, object]:
    told: dict[str, datetime | str | None] = {
        "actor": wanted.actor,
        "kind": wanted.kind,
        "subject": wanted.subject,
        "since": wanted.since,
        "until": wanted.until,
    }
    return {name: value for name, value in told.items() if value}
