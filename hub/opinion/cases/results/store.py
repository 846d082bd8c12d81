"""SQL of wishes to hear of an outcome: one function per question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    delete,
    func,
    literal_column,
    or_,
    select,
    union,
    update,
)
from sqlalchemy import case as case_when
from sqlalchemy.dialects import postgresql, sqlite

from hub.conversation.notices.models import NoticeKind, NoticeState
from hub.conversation.notices.tables import notices
from hub.kernel.database import Transaction
from hub.opinion.cases.models import Case, CaseState
from hub.opinion.cases.results.models import Outcome, ResultRequest
from hub.opinion.cases.results.tables import result_requests
from hub.opinion.cases.tables import cases
from hub.opinion.issues.tables import issue_signals

__all__ = ["add", "answered_before", "answered_by", "erase", "mark_told", "open_of", "outcome_of"]

_r, _m = result_requests.c, issue_signals.c
_RESULT: ColumnElement[str] = literal_column(
    f"'{NoticeKind.RESULT}'"
)  # as the partial index has it, not bound


def add(tx: Transaction, new: ResultRequest) -> bool:
    """Whether there was none for this signal."""
    row = {name: getattr(new, name) for name in ResultRequest.__dataclass_fields__}
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(result_requests).values(**row).on_conflict_do_nothing()
    return tx.execute(statement).rowcount > 0


def answered_by(connection: Connection, item_id: str) -> str | None:
    """The case whose answer this item is."""
    return connection.execute(select(cases.c.id).where(cases.c.item_id == item_id)).scalar()


def outcome_of(connection: Connection, case: Case) -> Outcome:
    told = func.sum(case_when((_r.told_item == case.item_id, 1), else_=0))
    query = select(func.count(), told).select_from(result_requests).where(_about(case))
    asked, count = connection.execute(query).one()
    states = select(notices.c.state, func.count()).where(
        notices.c.about == case.id, notices.c.kind == _RESULT, notices.c.item_id == case.item_id
    )
    rows = connection.execute(states.group_by(notices.c.state)).all() if case.item_id else []
    found = {NoticeState(state): number for state, number in rows}
    return Outcome(asked=asked, told=(count or 0) if case.item_id else 0, notices=found)


def open_of(connection: Connection, case: Case) -> list[ResultRequest]:
    """Wishes about the case's signals whose people were not told of its present answer."""
    query = select(result_requests).where(_about(case), _r.told_item != case.item_id)
    return [_request(row) for row in connection.execute(query.order_by(_r.signal_id))]


def answered_before(connection: Connection, limit: int) -> list[str]:
    """Cases whose answer is public, of which somebody who asked was told nothing yet: they asked
    after it was published, or what they said was put under its issue only then."""
    answered = cases.c.state.in_([CaseState.RESPONDED, CaseState.CLOSED])
    open_ = _r.told_item == ""
    own = select(cases.c.id).join(result_requests, cases.c.signal_id == _r.signal_id)
    shared = (
        select(cases.c.id)
        .join(issue_signals, cases.c.issue_id == _m.issue_id)
        .join(result_requests, _m.signal_id == _r.signal_id)
        .where(_m.issue_id != "")
    )
    both = union(own.where(answered, open_), shared.where(answered, open_)).limit(limit)
    return list(connection.execute(both).scalars())


def mark_told(tx: Transaction, ids: Sequence[str], item_id: str) -> int:
    change = update(result_requests).where(_r.signal_id.in_(list(ids)))
    return tx.execute(change.values(told_item=item_id)).rowcount


def erase(tx: Transaction, ids: Sequence[str]) -> int:
    """Forget the wishes about these signals."""
    return tx.execute(delete(result_requests).where(_r.signal_id.in_(list(ids)))).rowcount


def _about(case: Case) -> ColumnElement[bool]:
    """Said by one of the case's signals."""
    members = select(_m.signal_id).where(_m.issue_id == case.issue_id, _m.issue_id != "")
    return or_(_r.signal_id == case.signal_id, _r.signal_id.in_(members))


def _request(row: Row[Any]) -> ResultRequest:
    return ResultRequest(**row._mapping)
