"""SQL of the board of cases: one function per question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, false, func, literal, or_, select

from hub.opinion.cases import store as cases_store
from hub.opinion.cases.board.models import Looked, View
from hub.opinion.cases.models import Case, CaseState
from hub.opinion.cases.tables import case_deadlines, case_joint, cases

__all__ = ["MOST", "assignees", "cases_in", "count_by_state", "count_overdue", "known", "running"]

MOST = 1_000  # counted no further
MOST_PEOPLE = 200
_c, _d = cases.c, case_deadlines.c
_earlier = case_deadlines.alias("earlier")


def running(
    connection: Connection, view: View, looked: Looked, after: tuple[datetime, str] | None
) -> list[str]:
    """Ids of cases with a clock that runs, by when the first of it ends."""
    query = select(_c.id).where(*_next_clock(), _seen(view), *_narrowed(looked))
    if after is not None:
        due, case_id = after
        query = query.where(or_(_d.due_at > due, and_(_d.due_at == due, _c.id > case_id)))
    return list(connection.scalars(query.order_by(_d.due_at, _c.id).limit(looked.limit)))


def cases_in(
    connection: Connection, view: View, state: CaseState, looked: Looked, before: str
) -> list[str]:
    """Ids of cases of a state, newest first."""
    query = select(_c.id).where(_c.state == state, _seen(view), *_narrowed(looked))
    if before:
        query = query.where(_c.id < before)
    return list(connection.scalars(query.order_by(_c.id.desc()).limit(looked.limit)))


def assignees(connection: Connection, view: View) -> list[str]:
    """The logins of those who have a case that has not ended, up to MOST_PEOPLE."""
    query = select(_c.assignee).where(_c.assignee != "", _c.state != CaseState.CLOSED, _seen(view))
    return list(connection.scalars(query.distinct().order_by(_c.assignee).limit(MOST_PEOPLE)))


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
    """A body's own, those it takes part in, and those without a body for who hands them out."""
    unrouted = _c.body_id == "" if view.unrouted else false()
    if view.sight.whole:
        return or_(_c.body_id != "", unrouted)
    bodies = view.sight.bodies
    joint = exists().where(case_joint.c.case_id == _c.id, case_joint.c.body_id.in_(bodies))
    return or_(_c.body_id.in_(bodies), joint, unrouted)


def _narrowed(looked: Looked) -> list[ColumnElement[bool]]:
    found = [_c.level == looked.level] if looked.level is not None else []
    return [*found, _c.assignee == looked.assignee] if looked.assignee else found


def _capped(connection: Connection, *which: ColumnElement[bool]) -> int:
    found = select(literal(1)).select_from(cases).where(*which).limit(MOST).subquery()
    return connection.execute(select(func.count()).select_from(found)).scalar_one()


def known(connection: Connection, ids: Sequence[str]) -> list[Case]:
    """Those cases, in that order."""
    found = cases_store.cases_by_ids(connection, ids)
    return [found[one] for one in ids if one in found]
