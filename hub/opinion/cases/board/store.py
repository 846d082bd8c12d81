"""SQL of the board of cases: one function per question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, false, func, literal, or_, select

from hub.opinion.cases import store as cases_store
from hub.opinion.cases.board.models import View
from hub.opinion.cases.models import Case, CaseLevel, CaseState
from hub.opinion.cases.tables import case_deadlines, cases

__all__ = ["MOST", "cases_in", "count_by_state", "count_overdue", "known", "running"]

MOST = 1_000  # counted no further
_c, _d = cases.c, case_deadlines.c
_earlier = case_deadlines.alias("earlier")


def running(
    connection: Connection,
    view: View,
    level: CaseLevel | None,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[str]:
    """Ids of cases with a clock that runs, by when the first of it ends."""
    query = select(_c.id).where(*_next_clock(), _seen(view))
    if level is not None:
        query = query.where(_c.level == level)
    if after is not None:
        due, case_id = after
        query = query.where(or_(_d.due_at > due, and_(_d.due_at == due, _c.id > case_id)))
    return list(connection.scalars(query.order_by(_d.due_at, _c.id).limit(limit)))


def cases_in(
    connection: Connection,
    view: View,
    state: CaseState,
    level: CaseLevel | None,
    before: str,
    limit: int,
) -> list[str]:
    """Ids of cases of a state, newest first."""
    query = select(_c.id).where(_c.state == state, _seen(view))
    if level is not None:
        query = query.where(_c.level == level)
    if before:
        query = query.where(_c.id < before)
    return list(connection.scalars(query.order_by(_c.id.desc()).limit(limit)))


def count_by_state(connection: Connection, view: View) -> dict[CaseState, int]:
    """Of each state that has not ended, up to MOST."""
    return {
        state: _capped(connection, _c.state == state, _seen(view))
        for state in CaseState
        if state is not CaseState.CLOSED
    }


def count_overdue(connection: Connection, view: View, now: datetime) -> int:
    """Cases with a clock that has passed, up to MOST."""
    return _capped(connection, *_next_clock(), _d.due_at <= now, _seen(view))


def _next_clock() -> Sequence[ColumnElement[bool]]:
    """Of each case's clocks that run the first to end, and no other."""
    sooner = or_(
        _earlier.c.due_at < _d.due_at,
        and_(_earlier.c.due_at == _d.due_at, _earlier.c.kind < _d.kind),
    )
    same = (_earlier.c.case_id == _d.case_id, _earlier.c.round == _d.round)
    return (
        _d.case_id == _c.id,
        _d.round == _c.round,
        _d.met_at.is_(None),
        _d.due_at.is_not(None),
        ~exists().where(*same, _earlier.c.met_at.is_(None), sooner),
    )


def _seen(view: View) -> ColumnElement[bool]:
    own = _c.body_id != "" if view.sight.whole else _c.body_id.in_(view.sight.bodies)
    return or_(own, _c.body_id == "" if view.unrouted else false())


def _capped(connection: Connection, *which: ColumnElement[bool]) -> int:
    found = select(literal(1)).select_from(cases).where(*which).limit(MOST).subquery()
    return connection.execute(select(func.count()).select_from(found)).scalar_one()


def known(connection: Connection, ids: Sequence[str]) -> list[Case]:
    """Those cases, in that order."""
    found = cases_store.cases_by_ids(connection, ids)
    return [found[one] for one in ids if one in found]
