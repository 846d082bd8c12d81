"""Looking at cases; nothing is changed here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.kernel.events import read_events
from hub.opinion.cases import store as cases
from hub.opinion.cases.board import store
from hub.opinion.cases.board.models import Looked, Page, Row, View, Waiting
from hub.opinion.cases.models import Case, CaseState
from hub.opinion.cases.results.models import Outcome
from hub.opinion.cases.results.store import outcome_of
from hub.opinion.cases.roles import ANSWERING, ROUTING
from hub.opinion.errors import UnknownCase
from hub.organisations import store as organisations
from hub.organisations.authority.sight import Sight
from hub.organisations.authority.store import bodies_where
from hub.organisations.models import Person

__all__ = ["CaseBoard"]

_AFTER = re.compile(r"(?P<due>[0-9T:.+-]{19,40}) (?P<id>[0-9A-HJKMNP-TV-Z]{26})")
_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_EVENTS = 500


class CaseBoard:
    """Everything is of the cases that a `View` shows."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def page(self, looked: Looked, view: View) -> Page:
        """An `after` that is no page's end begins anew."""

        def look(connection: Connection) -> Page:
            ids = _ids(connection, looked, view)
            rows = _rows(connection, ids)
            full = len(rows) == looked.limit
            return Page(rows=rows, end=_end(rows[-1], looked) if full else "")

        return await self._database.read(look)

    async def counts(self, view: View) -> tuple[dict[CaseState, int], int]:
        """How many of each state that has not ended, and how many are overdue."""
        now = self._clock.now()
        return await self._database.read(
            lambda c: (store.count_by_state(c, view), store.count_overdue(c, view, now))
        )

    async def waiting(self, login: str, limit: int) -> Waiting:
        """Cases with a clock that runs which wait for the person or a body in which they answer
        them, the first to end first. Raises UnknownPerson."""
        now = self._clock.now()

        def look(connection: Connection) -> Waiting:
            view = _waits_for(connection, login)
            if not (view.sight.bodies or view.unrouted):
                return Waiting()
            ids = store.running(connection, view, Looked(limit=limit), None)
            overdue = store.count_overdue(connection, view, now)
            return Waiting(rows=_rows(connection, ids), overdue=overdue)

        return await self._database.read(look)

    async def assignees(self, view: View) -> list[Person]:
        """Who has cases that have not ended, by login."""

        def look(connection: Connection) -> list[Person]:
            found = organisations.people_by_login(connection, store.assignees(connection, view))
            return [found[login] for login in sorted(found)]

        return await self._database.read(look)

    async def require(self, case_id: str, view: View) -> Case:
        """Raises UnknownCase where there is none that the view shows."""
        found = None
        if _ID.fullmatch(case_id):
            found = await self._database.read(lambda c: cases.get_case(c, case_id))
        if found is None or not view.shows(found):
            raise UnknownCase(case_id)
        return found

    async def outcome(self, case: Case) -> Outcome:
        """How many wanted to be told how it ends, and were."""
        return await self._database.read(lambda c: outcome_of(c, case))

    async def history(self, case_id: str) -> list[dict[str, Any]]:
        """What happened to it, as the audit chain has it, the newest first."""
        found = await self._database.read(
            lambda c: read_events(c, subject=case_id, after=0, limit=_EVENTS)
        )
        return found[::-1]


def _ids(connection: Connection, looked: Looked, view: View) -> list[str]:
    if looked.state is None:
        after = _moment(looked.after)
        return store.running(connection, view, looked, after)
    before = looked.after if _ID.fullmatch(looked.after) else ""
    return store.cases_in(connection, view, looked.state, looked, before)


def _moment(after: str) -> tuple[datetime, str] | None:
    found = _AFTER.fullmatch(after)
    if found is None:
        return None
    try:
        due = datetime.fromisoformat(found["due"])
    except ValueError:
        return None
    return None if due.tzinfo is None else (due, found["id"])


def _rows(connection: Connection, ids: Sequence[str]) -> tuple[Row, ...]:
    found = store.known(connection, ids)
    clocks = cases.next_deadlines(connection, found)
    return tuple(Row(case=case, clock=clocks.get(case.id)) for case in found)


def _waits_for(connection: Connection, login: str) -> View:
    """Those of the bodies in which they answer, and for the office what nobody has yet."""
    person = organisations.person_by_login(connection, login)
    if not person.active:
        return View(sight=Sight(frozenset(), whole=False))
    own = bodies_where(connection, person.id, ANSWERING)
    office = bodies_where(connection, person.id, ROUTING)
    return View(sight=Sight(own, whole=False), unrouted=bool(office))


def _end(row: Row, looked: Looked) -> str:
    due = row.clock.due_at if row.clock else None
    if looked.state is None and due is not None:
        return f"{due.isoformat()} {row.case.id}"
    return row.case.id
