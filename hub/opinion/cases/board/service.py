"""Looking at cases; nothing is changed here."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.kernel.events import read_events
from hub.opinion.cases import store as cases
from hub.opinion.cases.board import store
from hub.opinion.cases.board.models import Looked, Page, Row, View
from hub.opinion.cases.models import Case, CaseState
from hub.opinion.errors import UnknownCase

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
            rows = tuple(_row(connection, one) for one in store.known(connection, ids))
            full = len(rows) == looked.limit
            return Page(rows=rows, end=_end(rows[-1], looked) if full else "")

        return await self._database.read(look)

    async def counts(self, view: View) -> tuple[dict[CaseState, int], int]:
        """How many of each state that has not ended, and how many are overdue."""
        now = self._clock.now()
        return await self._database.read(
            lambda c: (store.count_by_state(c, view), store.count_overdue(c, view, now))
        )

    async def require(self, case_id: str, view: View) -> Case:
        """Raises UnknownCase where there is none that the view shows."""
        found = None
        if _ID.fullmatch(case_id):
            found = await self._database.read(lambda c: cases.get_case(c, case_id))
        if found is None or not view.shows(found):
            raise UnknownCase(case_id)
        return found

    async def history(self, case_id: str) -> list[dict[str, Any]]:
        """What happened to it, as the audit chain has it, the newest first."""
        found = await self._database.read(
            lambda c: read_events(c, subject=case_id, after=0, limit=_EVENTS)
        )
        return found[::-1]


def _ids(connection: Connection, looked: Looked, view: View) -> list[str]:
    if looked.state is None:
        after = _moment(looked.after)
        return store.running(connection, view, looked.level, after, looked.limit)
    before = looked.after if _ID.fullmatch(looked.after) else ""
    return store.cases_in(connection, view, looked.state, looked.level, before, looked.limit)


def _moment(after: str) -> tuple[datetime, str] | None:
    found = _AFTER.fullmatch(after)
    if found is None:
        return None
    try:
        due = datetime.fromisoformat(found["due"])
    except ValueError:
        return None
    return None if due.tzinfo is None else (due, found["id"])


def _row(connection: Connection, case: Case) -> Row:
    clocks = cases.deadlines_of(connection, case.id, case.round)
    running = [one for one in clocks if one.met_at is None and one.due_at is not None]
    return Row(case=case, clock=running[0] if running else None)


def _end(row: Row, looked: Looked) -> str:
    due = row.clock.due_at if row.clock else None
    if looked.state is None and due is not None:
        return f"{due.isoformat()} {row.case.id}"
    return row.case.id
