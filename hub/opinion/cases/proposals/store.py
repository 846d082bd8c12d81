"""SQL of proposals: one function per question."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.opinion.cases.models import CaseKind, CaseLevel, CaseState
from hub.opinion.cases.proposals.models import IssueFigures, Proposal, ProposalState
from hub.opinion.cases.proposals.tables import case_proposals
from hub.opinion.cases.tables import cases
from hub.opinion.issues.tables import issue_signals
from hub.opinion.judging.models import Urgency
from hub.opinion.judging.tables import judgements

__all__ = [
    "add_proposal",
    "figures_of",
    "get_proposal",
    "has_open_case",
    "last_proposals",
    "open_proposals",
    "raise_level",
    "settle",
]

_p, _m, _j = case_proposals.c, issue_signals.c, judgements.c
_CHUNK = 500


def figures_of(
    connection: Connection, issue_ids: Sequence[str], since: date
) -> dict[str, IssueFigures]:
    """What the signals of each issue since then are, by when they were said."""
    counts: dict[str, dict[str, int]] = {one: {} for one in issue_ids}
    acute = dict.fromkeys(issue_ids, 0)
    for start in range(0, len(issue_ids), _CHUNK):
        query = (
            select(_m.issue_id, _j.intent, _j.urgency, func.count().label("signals"))
            .join(judgements, _j.signal_id == _m.signal_id)
            .where(_m.issue_id.in_(issue_ids[start : start + _CHUNK]), _m.day >= since)
            .group_by(_m.issue_id, _j.intent, _j.urgency)
        )
        for row in connection.execute(query):
            intents = counts[row.issue_id]
            intents[row.intent] = intents.get(row.intent, 0) + row.signals
            if row.urgency == Urgency.ACUTE:
                acute[row.issue_id] += row.signals
    return {one: IssueFigures(acute[one], counts[one]) for one in issue_ids}


def last_proposals(connection: Connection, issue_ids: Collection[str]) -> dict[str, Proposal]:
    """The newest proposal of each issue that had one."""
    found: dict[str, Proposal] = {}
    ids = list(issue_ids)
    for start in range(0, len(ids), _CHUNK):
        query = select(case_proposals).where(_p.issue_id.in_(ids[start : start + _CHUNK]))
        for row in connection.execute(query.order_by(_p.id)):
            found[row.issue_id] = _proposal(row)
    return found


def has_open_case(connection: Connection, issue_id: str) -> bool:
    query = select(cases.c.id).where(
        cases.c.issue_id == issue_id, cases.c.state != CaseState.CLOSED
    )
    return connection.execute(query.limit(1)).first() is not None


def add_proposal(tx: Transaction, one: Proposal) -> None:
    names = [name for name in Proposal.__dataclass_fields__ if name != "reason"]
    row = {name: getattr(one, name) for name in names}
    row |= {"reason_zh": one.reason.zh, "reason_en": one.reason.en}
    tx.execute(insert(case_proposals), row)


def raise_level(tx: Transaction, one: Proposal) -> bool:
    """What an open proposal says now; False where it was settled meanwhile."""
    values = {"level": one.level, "week": one.week, "acute": one.acute, "kind": one.kind}
    values |= {"reason_zh": one.reason.zh, "reason_en": one.reason.en}
    which = (_p.id == one.id, _p.state == ProposalState.OPEN)
    return tx.execute(update(case_proposals).where(*which).values(**values)).rowcount == 1


def settle(tx: Transaction, proposal_id: str, state: ProposalState, **values: Any) -> bool:
    """End an open proposal; False where somebody else was quicker."""
    which = (_p.id == proposal_id, _p.state == ProposalState.OPEN)
    change = update(case_proposals).where(*which).values(state=state, **values)
    return tx.execute(change).rowcount == 1


def get_proposal(connection: Connection, proposal_id: str) -> Proposal | None:
    row = connection.execute(select(case_proposals).where(_p.id == proposal_id)).first()
    return None if row is None else _proposal(row)


def open_proposals(connection: Connection, limit: int) -> list[Proposal]:
    """The newest first."""
    query = select(case_proposals).where(_p.state == ProposalState.OPEN)
    return [_proposal(row) for row in connection.execute(query.order_by(_p.id.desc()).limit(limit))]


def _proposal(row: Row[Any]) -> Proposal:
    values = dict(row._mapping)
    reason = Words(values.pop("reason_zh"), values.pop("reason_en"))
    typed = {
        "kind": CaseKind(values["kind"]),
        "level": CaseLevel(values["level"]),
        "state": ProposalState(values["state"]),
    }
    return Proposal(**values | typed, reason=reason)
