"""SQL of cases: one function per question."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.opinion.cases.models import (
    Case,
    CaseKind,
    CaseLevel,
    CaseState,
    Deadline,
    DeadlineKind,
    Notice,
)
from hub.opinion.cases.tables import case_deadlines, case_joint, cases

__all__ = [
    "add_case",
    "add_deadlines",
    "cases_about",
    "cases_by_ids",
    "cases_of",
    "change",
    "deadlines_of",
    "get_case",
    "meet",
    "next_deadlines",
    "open_deadlines",
    "set_joint",
    "tell",
]

_c, _d = cases.c, case_deadlines.c


def add_case(tx: Transaction, case: Case) -> None:
    tx.execute(insert(cases), {name: getattr(case, name) for name in Case.__dataclass_fields__})


def get_case(connection: Connection, case_id: str) -> Case | None:
    row = connection.execute(select(cases).where(_c.id == case_id)).first()
    return None if row is None else _case(row)


def cases_by_ids(connection: Connection, ids: Collection[str]) -> dict[str, Case]:
    """Those that are there, by id."""
    rows = connection.execute(select(cases).where(_c.id.in_(ids)))
    return {row.id: _case(row) for row in rows}


def cases_of(
    connection: Connection,
    state: CaseState | None,
    body_id: str,
    before: str,
    limit: int,
    bodies: Collection[str] | None = None,
    assignee: str = "",
) -> list[Case]:
    """Cases, the newest first; with `bodies` only those that one of them answers for, with
    `assignee` only those that this login handles."""
    query = select(cases)
    if state is not None:
        query = query.where(_c.state == state)
    if body_id:
        query = query.where(_c.body_id == body_id)
    if bodies is not None:
        query = query.where(_c.body_id.in_(bodies))
    if assignee:
        query = query.where(_c.assignee == assignee)
    if before:
        query = query.where(_c.id < before)
    query = query.order_by(_c.id.desc()).limit(limit)
    return [_case(row) for row in connection.execute(query)]


def cases_about(connection: Connection, issue_id: str) -> list[Case]:
    """Cases that came of an issue, the newest first."""
    query = select(cases).where(_c.issue_id == issue_id).order_by(_c.id.desc())
    return [_case(row) for row in connection.execute(query)]


def change(tx: Transaction, case: Case, **values: Any) -> bool:
    """Alter a case unless another process was quicker."""
    which = (_c.id == case.id, _c.state == case.state, _c.round == case.round)
    return tx.execute(update(cases).where(*which).values(**values)).rowcount == 1


def set_joint(tx: Transaction, case_id: str, bodies: Sequence[str]) -> None:
    """The bodies that take part in a case, in place of those before."""
    tx.execute(delete(case_joint).where(case_joint.c.case_id == case_id))
    if bodies:
        tx.execute(insert(case_joint), [{"case_id": case_id, "body_id": one} for one in bodies])


def add_deadlines(tx: Transaction, found: Sequence[Deadline], number: int) -> None:
    """Start the clocks of a round; one that runs already goes on."""
    running = {one.kind for one in deadlines_of(tx.connection, found[0].case_id, number)}
    rows = [
        {
            "case_id": one.case_id,
            "round": number,
            "kind": one.kind,
            "source": one.source,
            "explained_zh": one.explained.zh,
            "explained_en": one.explained.en,
            "started_at": one.started_at,
            "due_at": one.due_at,
            "met_at": None,
            "told": one.told,
        }
        for one in found
        if one.kind not in running
    ]
    if rows:
        tx.execute(insert(case_deadlines), rows)


def deadlines_of(connection: Connection, case_id: str, number: int) -> list[Deadline]:
    """The clocks of one round, the first to end first."""
    query = (
        select(case_deadlines)
        .where(_d.case_id == case_id, _d.round == number)
        .order_by(_d.due_at, _d.kind)
    )
    return [_deadline(row) for row in connection.execute(query)]


def next_deadlines(connection: Connection, found: Collection[Case]) -> dict[str, Deadline]:
    """Of each case's clocks that run the first to end, by the case's id."""
    rounds = {case.id: case.round for case in found}
    query = (
        select(case_deadlines)
        .where(_d.case_id.in_(rounds), _d.met_at.is_(None), _d.due_at.is_not(None))
        .order_by(_d.due_at.desc(), _d.kind.desc())
    )
    rows = connection.execute(query)
    return {row.case_id: _deadline(row) for row in rows if row.round == rounds[row.case_id]}


def open_deadlines(connection: Connection, before: datetime, limit: int) -> list[Deadline]:
    """Clocks that run and end before then, the first to end first."""
    query = (
        select(case_deadlines)
        .where(_d.met_at.is_(None), _d.due_at < before)
        .order_by(_d.due_at)
        .limit(limit)
    )
    return [_deadline(row) for row in connection.execute(query)]


def meet(tx: Transaction, case: Case, kinds: Sequence[DeadlineKind], at: datetime) -> int:
    """Stop clocks of the round that runs; how many ran."""
    which = (
        _d.case_id == case.id,
        _d.round == case.round,
        _d.kind.in_(kinds),
        _d.met_at.is_(None),
    )
    return tx.execute(update(case_deadlines).where(*which).values(met_at=at)).rowcount


def tell(tx: Transaction, deadline: Deadline, notice: Notice) -> bool:
    """Note who has been told, unless another process has."""
    which = (
        _d.case_id == deadline.case_id,
        _d.kind == deadline.kind,
        _d.started_at == deadline.started_at,
        _d.told == deadline.told,
        _d.met_at.is_(None),
    )
    return tx.execute(update(case_deadlines).where(*which).values(told=notice)).rowcount == 1


def _case(row: Row[Any]) -> Case:
    values = dict(row._mapping)
    typed = {
        "kind": CaseKind(values["kind"]),
        "level": CaseLevel(values["level"]),
        "state": CaseState(values["state"]),
        "joint": tuple(values["joint"]),
    }
    return Case(**values | typed)


def _deadline(row: Row[Any]) -> Deadline:
    return Deadline(
        case_id=row.case_id,
        kind=DeadlineKind(row.kind),
        source=row.source,
        explained=Words(row.explained_zh, row.explained_en),
        started_at=row.started_at,
        due_at=row.due_at,
        met_at=row.met_at,
        told=Notice(row.told),
    )
