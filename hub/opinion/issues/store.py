"""SQL of issues: one function per question."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Date, Row, bindparam, delete, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.kernel.database import Transaction
from hub.kernel.packing import PackedQuery
from hub.opinion.issues.models import (
    Alarm,
    Burst,
    DayCount,
    Issue,
    Spread,
    SpreadBy,
    Suggestion,
    SuggestionKind,
    Verification,
)
from hub.opinion.issues.tables import (
    issue_alarms,
    issue_authors,
    issue_days,
    issue_signals,
    issue_suggestions,
    issues,
)
from hub.opinion.judging.tables import judgements
from hub.opinion.signals.store import ignoring_insert
from hub.opinion.signals.tables import signals

__all__ = [
    "Waiting",
    "add_authors",
    "add_days",
    "add_members",
    "bursts_since",
    "busiest",
    "days_of",
    "first_day",
    "fold_into",
    "get_issue",
    "members_of",
    "newest_placed",
    "put_bursts",
    "put_issue",
    "put_issues",
    "put_suggestions",
    "recent_issues",
    "rumours",
    "set_verification",
    "spread_of",
    "suggestions_of",
    "texts_of",
    "to_place",
]

_i, _m, _d, _s, _j = issues.c, issue_signals.c, issue_days.c, signals.c, judgements.c
_b = issue_alarms.c
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """A judged signal that is under no issue yet, with what placing needs of it."""

    id: str
    title: str
    text: str
    author: str
    event_at: datetime | None
    received_at: datetime
    likes: int
    place: str
    intent: str
    topic: str
    department: str
    mood: str


def to_place(connection: Connection, limit: int) -> list[Waiting]:
    """Judged signals without an issue, the oldest first."""
    query = (
        select(
            _s.id,
            _s.title,
            _s.text,
            _s.author,
            _s.event_at,
            _s.received_at,
            _s.likes,
            _j.place,
            _j.intent,
            _j.topic,
            _j.department,
            _j.mood,
        )
        .join(judgements, _j.signal_id == _s.id)
        .where(text("signals.state = 'judged'"))  # written out, as the index has it
        .order_by(_s.id)
        .limit(limit)
    )
    return [Waiting(*tuple(row)) for row in connection.execute(query)]


def newest_placed(connection: Connection, limit: int) -> list[tuple[str, str, str]]:
    """(id, title, text) of the newest placed signals that repeat no other, the oldest first."""
    query = (
        select(_s.id, _s.title, _s.text)
        .join(issue_signals, _m.signal_id == _s.id)
        .where(_m.copy_of == "", (_s.title != "") | (_s.text != ""))
        .order_by(_s.id.desc())
        .limit(limit)
    )
    return [(row.id, row.title, row.text) for row in connection.execute(query)][::-1]


def issues_of_signals(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """The issue that each signal is under."""
    found: dict[str, str] = {}
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        query = select(_m.signal_id, _m.issue_id).where(_m.signal_id.in_(part))
        found |= {row.signal_id: row.issue_id for row in connection.execute(query)}
    return found


def recent_issues(connection: Connection, since: datetime, limit: int) -> list[Issue]:
    """Issues with a signal since then, the liveliest last; merged ones are left out."""
    query = select(issues).where(_i.last_at >= since, _i.merged_into == "")
    query = query.order_by(_i.last_at.desc()).limit(limit)
    return [_issue(row) for row in connection.execute(query)][::-1]


def get_issue(connection: Connection, issue_id: str) -> Issue | None:
    row = connection.execute(select(issues).where(_i.id == issue_id)).first()
    return None if row is None else _issue(row)


def issues_by_id(connection: Connection, ids: Sequence[str]) -> dict[str, Issue]:
    found: dict[str, Issue] = {}
    for start in range(0, len(ids), _CHUNK):
        query = select(issues).where(_i.id.in_(ids[start : start + _CHUNK]))
        found |= {row.id: _issue(row) for row in connection.execute(query)}
    return found


def put_issue(tx: Transaction, issue: Issue) -> None:
    """An issue as it is now."""
    put_issues(tx, [issue], set())


def put_issues(tx: Transaction, found: Sequence[Issue], new: Collection[str]) -> None:
    """Issues as they are now; those whose id is in `new` begin."""
    names = tuple(Issue.__dataclass_fields__)
    rows = [{name: getattr(issue, name) for name in names} for issue in found]
    begun = [row for row in rows if row["id"] in new]
    if begun:
        tx.execute(insert(issues), begun)
    known = [row | {"which": row["id"]} for row in rows if row["id"] not in new]
    if known:
        columns: dict[str, Any] = {name: bindparam(name) for name in names if name != "id"}
        change = update(issues).where(_i.id == bindparam("which")).values(**columns)
        tx.execute(change, [{name: row[name] for name in (*columns, "which")} for row in known])


def add_members(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    tx.execute(insert(issue_signals), rows)


def add_authors(tx: Transaction, pairs: Sequence[tuple[str, str]]) -> None:
    """Note who spoke of which issue; who is noted already stays noted once."""
    if pairs:
        rows = [{"issue_id": issue, "author": author} for issue, author in pairs]
        tx.execute(ignoring_insert(tx.connection, issue_authors), rows)


def authors_of(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """How many different people spoke of each issue."""
    found: dict[str, int] = {}
    for start in range(0, len(ids), _CHUNK):
        query = (
            select(issue_authors.c.issue_id, func.count())
            .where(issue_authors.c.issue_id.in_(ids[start : start + _CHUNK]))
            .group_by(issue_authors.c.issue_id)
        )
        found |= {row[0]: int(row[1]) for row in connection.execute(query)}
    return found


def add_days(tx: Transaction, found: Sequence[tuple[str, DayCount]]) -> None:
    """Add to the counters of issues per day."""
    names = DayCount.__dataclass_fields__
    rows = [{"issue_id": one} | {n: getattr(count, n) for n in names} for one, count in found]
    if not rows:
        return
    postgres = tx.connection.dialect.name == "postgresql"
    new = (postgresql if postgres else sqlite).insert(issue_days)
    more = {n: _d[n] + new.excluded[n] for n in ("signals", "negative", "likes")}
    tx.execute(new.on_conflict_do_update(index_elements=["issue_id", "day"], set_=more), rows)


def busiest(connection: Connection, since: date, limit: int) -> list[str]:
    """Issues with most signals said since `since`."""
    total = func.sum(_d.signals)
    query = (
        select(_d.issue_id)
        .where(_d.day >= since)
        .group_by(_d.issue_id)
        .order_by(total.desc(), _d.issue_id.desc())
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


@dataclass(frozen=True, slots=True)
class _Counted:
    issue_id: str
    day: date
    signals: int
    negative: int
    likes: int


_COUNTED = PackedQuery(
    _Counted,
    select(issue_days).where(
        _d.issue_id.in_(bindparam("ids", expanding=True)), _d.day >= bindparam("since", type_=Date)
    ),
)


def days_of(connection: Connection, ids: Sequence[str], since: date) -> dict[str, list[DayCount]]:
    """The counters of issues per day, in order."""
    found: dict[str, list[DayCount]] = {one: [] for one in ids}
    for start in range(0, len(ids), _CHUNK):
        asked = {"ids": ids[start : start + _CHUNK], "since": since}
        for row in _COUNTED.values(connection, asked):
            found[row.issue_id].append(DayCount(row.day, row.signals, row.negative, row.likes))
    return {one: sorted(days, key=attrgetter("day")) for one, days in found.items()}


def first_day(connection: Connection, since: date) -> date | None:
    """The first day from `since` on that has a signal."""
    query = select(_d.day).where(_d.day >= since).order_by(_d.day).limit(1)
    return connection.execute(query).scalar()


def bursts_since(
    connection: Connection, since: date, ids: Collection[str] | None = None
) -> list[Burst]:
    """Bursts that were still seen on a day from `since` on, of these issues or all."""
    if ids is not None and not ids:
        return []
    query = select(issue_alarms).where(_b.last_on >= since).order_by(_b.begun_on, _b.issue_id)
    if ids is not None:
        query = query.where(_b.issue_id.in_(ids))
    return [_burst(row) for row in connection.execute(query)]


def put_bursts(tx: Transaction, found: Sequence[Burst]) -> None:
    """Bursts as they are now; one that is known only goes on."""
    if not found:
        return
    rows = [
        {name: getattr(one, name) for name in ("issue_id", "begun_on", "last_on", "signals")}
        | {name: getattr(one.alarm, name) for name in Alarm.__dataclass_fields__}
        for one in found
    ]
    postgres = tx.connection.dialect.name == "postgresql"
    new = (postgresql if postgres else sqlite).insert(issue_alarms)
    later = {"last_on": new.excluded.last_on}
    tx.execute(new.on_conflict_do_update(index_elements=["issue_id", "begun_on"], set_=later), rows)


def spread_of(connection: Connection, issue_id: str, by: SpreadBy) -> list[Spread]:
    """An issue's signals by channel or by place, in the order in which each was reached."""
    name, first = _s[by.value], func.min(_s.event_at)
    query = (
        select(name, func.count(), func.count(_s.author.distinct()), first.label("first_at"))
        .join(issue_signals, _m.signal_id == _s.id)
        .where(_m.issue_id == issue_id)
        .group_by(name)
        .order_by(first.is_(None), first, name)
    )
    return [Spread(by, *row) for row in connection.execute(query)]


def members_of(
    connection: Connection,
    issue_id: str,
    day: date | None,
    before: str,
    limit: int,
    where: Mapping[SpreadBy, str],
) -> list[str]:
    """Ids of the signals that a figure counts: of one day, channel or place, or all, the newest
    first."""
    query = select(_m.signal_id).where(_m.issue_id == issue_id)
    if where:
        query = query.join(signals, _s.id == _m.signal_id)
        query = query.where(*(_s[by.value] == name for by, name in where.items()))
    if day is not None:
        query = query.where(_m.day == day)
    if before:
        query = query.where(_m.signal_id < before)
    query = query.order_by(_m.signal_id.desc()).limit(limit)
    return list(connection.execute(query).scalars())


def texts_of(connection: Connection, issue_id: str, limit: int) -> list[tuple[str, str, str]]:
    """(id, title, text) of an issue's different signals, the oldest first."""
    query = (
        select(_s.id, _s.title, _s.text)
        .join(issue_signals, _m.signal_id == _s.id)
        .where(_m.issue_id == issue_id, _m.copy_of == "", (_s.title != "") | (_s.text != ""))
        .order_by(_s.id)
        .limit(limit)
    )
    return [(row.id, row.title, row.text) for row in connection.execute(query)]


def fold_into(tx: Transaction, gone: str, kept: str) -> None:
    """Everything of `gone` belongs to `kept` from now on, counters and people too."""
    tx.execute(update(issue_signals).where(_m.issue_id == gone).values(issue_id=kept))
    add_days(tx, [(kept, one) for one in days_of(tx.connection, [gone], date.min)[gone]])
    tx.execute(delete(issue_days).where(_d.issue_id == gone))
    query = select(issue_authors.c.author).where(issue_authors.c.issue_id == gone)
    authors = list(tx.connection.execute(query).scalars())
    add_authors(tx, [(kept, author) for author in authors])
    tx.execute(delete(issue_authors).where(issue_authors.c.issue_id == gone))
    known = bursts_since(tx.connection, date.min, [gone])
    put_bursts(tx, [replace(one, issue_id=kept) for one in known])
    tx.execute(delete(issue_alarms).where(_b.issue_id == gone))
    involved = issue_suggestions.c.issue_id.in_((gone, kept))
    tx.execute(delete(issue_suggestions).where(involved))


def rumours(connection: Connection, limit: int) -> list[Issue]:
    """Issues in which somebody spoke of hearsay that nobody has looked into, the newest first."""
    query = select(issues).where(_i.verification == Verification.OPEN, _i.merged_into == "")
    query = query.order_by(_i.last_at.desc()).limit(limit)
    return [_issue(row) for row in connection.execute(query)]


def set_verification(tx: Transaction, issue_id: str, verification: Verification) -> bool:
    change = update(issues).where(_i.id == issue_id).values(verification=verification)
    return tx.execute(change).rowcount == 1


def put_suggestions(tx: Transaction, found: Sequence[Suggestion]) -> None:
    """The newest look's suggestions take the place of the last one's."""
    tx.execute(delete(issue_suggestions))
    names = Suggestion.__dataclass_fields__
    if found:
        tx.execute(
            insert(issue_suggestions), [{n: getattr(one, n) for n in names} for one in found]
        )


def suggestions_of(connection: Connection) -> list[Suggestion]:
    query = select(issue_suggestions).order_by(issue_suggestions.c.score.desc())
    return [
        Suggestion(
            **{
                **row._mapping,
                "kind": SuggestionKind(row.kind),
                "others": tuple(row.others),
            }
        )
        for row in connection.execute(query)
    ]


def _issue(row: Row[Any]) -> Issue:
    return Issue(**{**row._mapping, "verification": Verification(row.verification)})


def _burst(row: Row[Any]) -> Burst:
    values = row._mapping
    alarm = Alarm(**{name: values[name] for name in Alarm.__dataclass_fields__})
    return Burst(
        issue_id=row.issue_id,
        begun_on=row.begun_on,
        last_on=row.last_on,
        signals=row.signals,
        alarm=alarm,
    )
