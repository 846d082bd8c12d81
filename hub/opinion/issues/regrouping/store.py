"""SQL of regrouping: one function per question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, case, delete, func, insert, or_, select, update

from hub.kernel.columns import instant
from hub.kernel.database import Transaction
from hub.opinion.issues import store
from hub.opinion.issues.models import DayCount, Issue, SuggestionKind
from hub.opinion.issues.regrouping.tables import issue_changes, issue_refusals
from hub.opinion.issues.tables import (
    issue_authors,
    issue_days,
    issue_signals,
    issue_suggestions,
)
from hub.opinion.judging.models import Intent, Mood
from hub.opinion.judging.tables import judgements
from hub.opinion.signals.tables import signals

__all__ = [
    "add_change",
    "add_refusal",
    "drop_suggestion",
    "move",
    "recounted",
    "refusals",
    "version",
]

_m, _s, _j, _r = issue_signals.c, signals.c, judgements.c, issue_refusals.c
_CHUNK = 400


def version(connection: Connection) -> str:
    """Grows with every merge and split: whoever remembers groups asks whether they still hold."""
    return connection.execute(select(func.max(issue_changes.c.id))).scalar() or ""


def add_change(
    tx: Transaction,
    change_id: str,
    kind: SuggestionKind,
    issue_id: str,
    others: Sequence[str],
    actor: str,
    at: datetime,
) -> None:
    """Note a merge of `others` into the issue, or a split of it into itself and them."""
    row = {"id": change_id, "kind": kind, "issue_id": issue_id, "others": list(others)}
    tx.execute(insert(issue_changes), row | {"actor": actor, "at": at})


def move(tx: Transaction, signal_ids: Sequence[str], source: str, target: str) -> int:
    """Put signals, and what repeats them, from one issue into another; how many went."""
    moved = 0
    for start in range(0, len(signal_ids), _CHUNK):
        part = signal_ids[start : start + _CHUNK]
        which = (_m.issue_id == source, or_(_m.signal_id.in_(part), _m.copy_of.in_(part)))
        change = update(issue_signals).where(*which).values(issue_id=target)
        moved += tx.execute(change).rowcount
    return moved


def recounted(tx: Transaction, issue: Issue) -> Issue:
    """The issue with its figures counted anew from its signals; its counters per day and its
    people are written, the issue itself is not."""
    said = func.coalesce(_s.event_at, _s.received_at)
    query = (
        select(
            func.count().label("signals"),
            func.sum(case((_m.copy_of != "", 1), else_=0)).label("copies"),
            func.sum(case((_m.day.is_(None), 1), else_=0)).label("undated"),
            func.sum(case((_j.intent == Intent.RUMOUR, 1), else_=0)).label("rumours"),
            func.min(said).label("first_at"),
            func.max(said).label("last_at"),
        )
        .join(signals, _s.id == _m.signal_id)
        .join(judgements, _j.signal_id == _m.signal_id)
        .where(_m.issue_id == issue.id)
    )
    row = tx.connection.execute(query).one()
    _count_days(tx, issue.id)
    return replace(
        issue,
        signals=row.signals,
        copies=int(row.copies or 0),
        undated=int(row.undated or 0),
        rumours=int(row.rumours or 0),
        authors=_count_authors(tx, issue.id),
        first_at=_instant(row.first_at, issue.first_at),
        last_at=_instant(row.last_at, issue.last_at),
    )


def _instant(value: object, otherwise: datetime) -> datetime:
    """A moment as an aggregate gives it: typed or in microseconds, by database."""
    if isinstance(value, datetime):
        return value
    return instant(value) if isinstance(value, int) else otherwise


def _count_days(tx: Transaction, issue_id: str) -> None:
    tx.execute(delete(issue_days).where(issue_days.c.issue_id == issue_id))
    query = (
        select(
            _m.day,
            func.count(),
            func.sum(case((_j.mood == Mood.NEGATIVE, 1), else_=0)),
            func.sum(_s.likes),
        )
        .join(signals, _s.id == _m.signal_id)
        .join(judgements, _j.signal_id == _m.signal_id)
        .where(_m.issue_id == issue_id, _m.day.is_not(None))
        .group_by(_m.day)
    )
    days = [DayCount(row[0], *map(int, row[1:])) for row in tx.connection.execute(query)]
    store.add_days(tx, [(issue_id, day) for day in days])


def _count_authors(tx: Transaction, issue_id: str) -> int:
    tx.execute(delete(issue_authors).where(issue_authors.c.issue_id == issue_id))
    query = (
        select(_s.author)
        .join(issue_signals, _m.signal_id == _s.id)
        .where(_m.issue_id == issue_id, _s.author != "")
        .distinct()
    )
    authors = list(tx.connection.execute(query).scalars())
    store.add_authors(tx, [(issue_id, author) for author in authors])
    return len(authors)


def drop_suggestion(tx: Transaction, issue_id: str, kind: SuggestionKind) -> bool:
    which = (issue_suggestions.c.issue_id == issue_id, issue_suggestions.c.kind == kind)
    return tx.execute(delete(issue_suggestions).where(*which)).rowcount == 1


def add_refusal(
    tx: Transaction,
    kind: SuggestionKind,
    issue_id: str,
    other: str,
    signals_then: int,
    why: str,
    actor: str,
    at: datetime,
) -> None:
    """The newest refusal of a suggestion counts; `other` is empty for a split."""
    which = (_r.kind == kind, _r.issue_id == issue_id, _r.other == other)
    tx.execute(delete(issue_refusals).where(*which))
    row = {"kind": kind, "issue_id": issue_id, "other": other, "signals": signals_then}
    tx.execute(insert(issue_refusals), row | {"why": why, "actor": actor, "at": at})


def refusals(connection: Connection) -> dict[tuple[SuggestionKind, str, str], int]:
    """(kind, issue, other) → how many signals the issue had then."""
    return {
        (SuggestionKind(row.kind), row.issue_id, row.other): row.signals
        for row in connection.execute(select(issue_refusals))
    }
