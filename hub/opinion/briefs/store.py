"""SQL of briefs: one function per question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.sql import ColumnElement

from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.opinion.briefs.models import (
    EVERYTHING,
    SENDS,
    BriefKind,
    Message,
    Scope,
    Send,
    SendEvent,
    SendState,
    StoredBrief,
    Subscriber,
)
from hub.opinion.briefs.tables import brief_sends, brief_subscribers, briefs
from hub.opinion.cases import store as cases_store
from hub.opinion.cases.models import Case, Deadline, DeadlineKind, Notice
from hub.opinion.cases.tables import case_deadlines, cases
from hub.opinion.issues.tables import issue_signals
from hub.opinion.judging.tables import judgements
from hub.opinion.signals.store import ignoring_insert
from hub.opinion.signals.tables import signals

__all__ = [
    "MOST_MESSAGES",
    "add_brief",
    "add_sends",
    "answered",
    "brief_of",
    "briefs_of",
    "briefs_of_report",
    "clocks",
    "count_before",
    "count_of_year",
    "counted",
    "days",
    "end_send",
    "get_brief",
    "issues_of",
    "issues_within",
    "messages",
    "opened",
    "put_subscriber",
    "ratings",
    "remove_subscriber",
    "sends_of",
    "subscribers",
    "take_send",
]

MOST_MESSAGES = 50_000
_b, _s, _j, _m = briefs.c, signals.c, judgements.c, issue_signals.c
_c, _d, _e = cases.c, case_deadlines.c, brief_sends.c
_TITLE = 80


def _within(begins: datetime, ends: datetime) -> ColumnElement[bool]:
    """Said in the period; of an unknown time, what came in it."""
    said = and_(_s.event_at >= begins, _s.event_at < ends)
    came = and_(_s.event_at.is_(None), _s.received_at >= begins, _s.received_at < ends)
    return or_(said, came)


def counted(scope: Scope) -> list[ColumnElement[bool]]:
    """What a signal (with its judgement beside it) is like that a scope counts. Bodies are asked
    of rows that another index has found, as hub.opinion.stream does."""
    found: list[ColumnElement[bool]] = []
    if scope.bodies is not None:
        bodies = [*([""] if scope.unassigned else []), *sorted(scope.bodies)]
        found.append((_s.body_id + "").in_(bodies))
    if scope.topics:
        found.append(_j.topic.in_(scope.topics))
    if scope.channels:
        within = [_s.channel.startswith(f"{one}:", autoescape=True) for one in scope.channels]
        found.append(or_(_s.channel.in_(scope.channels), *within))
    return found


def messages(
    connection: Connection,
    begins: datetime,
    ends: datetime,
    scope: Scope = EVERYTHING,
    limit: int = MOST_MESSAGES,
) -> list[Message]:
    """The judged signals of a period in the order of their ids."""
    query = (
        select(
            _s.id,
            _m.day,
            _s.event_at,
            _s.channel,
            _j.place,
            _j.topic,
            _j.department,
            _j.intent,
            _j.mood,
            _j.urgency,
            _s.author,
            func.coalesce(_m.issue_id, "").label("issue_id"),
            func.coalesce(_m.copy_of, "").label("copy_of"),
            _s.title,
            func.substr(_s.text, 1, _TITLE).label("head"),
        )
        .join(judgements, _j.signal_id == _s.id)
        .outerjoin(issue_signals, _m.signal_id == _s.id)
        .where(_within(begins, ends), *counted(scope))
        .order_by(_s.id)
        .limit(limit)
    )
    return [_message(row) for row in connection.execute(query)]


def _message(row: Any) -> Message:
    return Message(
        id=row.id,
        day=row.day,
        said_at=row.event_at,
        channel=row.channel,
        place=row.place,
        topic=row.topic,
        department=row.department,
        intent=row.intent,
        mood=row.mood,
        urgency=row.urgency,
        author=row.author,
        issue_id=row.issue_id,
        copy=bool(row.copy_of),
        title=" ".join((row.title or row.head).split())[:_TITLE],
    )


def count_before(
    connection: Connection, begins: datetime, ends: datetime, scope: Scope = EVERYTHING
) -> int:
    query = select(func.count()).select_from(signals).join(judgements, _j.signal_id == _s.id)
    query = query.where(_within(begins, ends), *counted(scope))
    return int(connection.execute(query).scalar_one())


def days(
    connection: Connection, first: date, last: date, scope: Scope = EVERYTHING
) -> list[tuple[date, int]]:
    """Placed signals per day, by when they were said."""
    query = select(_m.day, func.count()).where(_m.day >= first, _m.day <= last)
    if scope.narrow:
        query = query.join(signals, _s.id == _m.signal_id)
        query = query.join(judgements, _j.signal_id == _s.id).where(*counted(scope))
    query = query.group_by(_m.day).order_by(_m.day)
    return [(row[0], int(row[1])) for row in connection.execute(query)]


def issues_within(
    connection: Connection, first: date, last: date, scope: Scope, limit: int
) -> list[str]:
    """The issues of which most was said on these days within the scope."""
    query = (
        select(_m.issue_id)
        .join(signals, _s.id == _m.signal_id)
        .join(judgements, _j.signal_id == _s.id)
        .where(_m.day >= first, _m.day <= last, _m.issue_id != "", *counted(scope))
        .group_by(_m.issue_id)
        .order_by(func.count().desc(), _m.issue_id)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def issues_of(connection: Connection, ids: Sequence[str], scope: Scope) -> set[str]:
    """Those of the issues that hold a signal within the scope."""
    query = (
        select(_m.issue_id)
        .distinct()
        .join(signals, _s.id == _m.signal_id)
        .join(judgements, _j.signal_id == _s.id)
        .where(_m.issue_id.in_(ids), *counted(scope))
    )
    return set(connection.execute(query).scalars())


def _handled_by(scope: Scope) -> list[ColumnElement[bool]]:
    return [] if scope.bodies is None else [_c.body_id.in_(sorted(scope.bodies))]


def opened(
    connection: Connection, begins: datetime, ends: datetime, scope: Scope = EVERYTHING
) -> int:
    query = select(func.count()).select_from(cases)
    query = query.where(_c.opened_at >= begins, _c.opened_at < ends, *_handled_by(scope))
    return int(connection.execute(query).scalar_one())


def answered(
    connection: Connection, begins: datetime, ends: datetime, scope: Scope = EVERYTHING
) -> int:
    query = select(func.count()).select_from(cases)
    query = query.where(_c.responded_at >= begins, _c.responded_at < ends, *_handled_by(scope))
    return int(connection.execute(query).scalar_one())


def ratings(
    connection: Connection, begins: datetime, ends: datetime, scope: Scope = EVERYTHING
) -> list[int]:
    """Stars of cases that were answered in the period and rated since."""
    query = select(_c.satisfaction).where(
        _c.responded_at >= begins, _c.responded_at < ends, _c.satisfaction > 0, *_handled_by(scope)
    )
    return sorted(connection.execute(query).scalars())


def clocks(
    connection: Connection, begins: datetime, ends: datetime, scope: Scope = EVERYTHING
) -> list[tuple[Case, Deadline]]:
    """Clocks that ended or were due in the period, and those that run after it; the first to end
    first, those without an end last."""
    met = and_(_d.met_at >= begins, _d.met_at < ends)
    due = and_(_d.due_at >= begins, _d.due_at < ends)
    running = or_(_d.met_at.is_(None), _d.met_at >= ends)
    query = (
        select(case_deadlines)
        .join(cases, _c.id == _d.case_id)
        .where(_d.started_at < ends, or_(met, due, running), *_handled_by(scope))
        .order_by(_d.due_at.is_(None), _d.due_at, _d.case_id, _d.kind)
    )
    found = []
    for row in connection.execute(query):
        case = cases_store.get_case(connection, row.case_id)
        if case is not None and row.round == case.round:
            found.append((case, _deadline(row)))
    return found


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


def count_of_year(connection: Connection, kind: BriefKind, first: date, report_id: str = "") -> int:
    """How many briefs of the kind begin in the year of `first` and before it; of a report, how
    many of its own were made for that year."""
    query = select(func.count()).select_from(briefs)
    query = query.where(_b.kind == kind, _b.first >= date(first.year, 1, 1))
    if report_id:
        own = (_b.report_id == report_id, _b.first < date(first.year + 1, 1, 1))
        return int(connection.execute(query.where(*own)).scalar_one())
    return int(connection.execute(query.where(_b.first < first)).scalar_one())


def add_brief(tx: Transaction, one: StoredBrief) -> None:
    names = StoredBrief.__dataclass_fields__
    tx.execute(insert(briefs), {name: getattr(one, name) for name in names})


def brief_of(
    connection: Connection, kind: BriefKind, first: date, last: date, choice: str = ""
) -> StoredBrief | None:
    which = (_b.kind == kind, _b.choice == choice, _b.first == first, _b.last == last)
    row = connection.execute(select(briefs).where(*which)).first()
    return None if row is None else _brief(row)


def briefs_of_report(connection: Connection, report_id: str, limit: int) -> list[StoredBrief]:
    """The newest first."""
    query = select(briefs).where(_b.report_id == report_id)
    query = query.order_by(_b.made_at.desc(), _b.id.desc()).limit(limit)
    return [_brief(row) for row in connection.execute(query)]


def get_brief(connection: Connection, brief_id: str) -> StoredBrief | None:
    row = connection.execute(select(briefs).where(_b.id == brief_id)).first()
    return None if row is None else _brief(row)


def briefs_of(connection: Connection, kind: BriefKind | None, limit: int) -> list[StoredBrief]:
    """The newest first; without a kind the daily and weekly ones."""
    kinds = [BriefKind.DAILY, BriefKind.WEEKLY] if kind is None else [kind]
    query = select(briefs).where(_b.kind.in_(kinds))
    query = query.order_by(_b.last.desc(), _b.id.desc()).limit(limit)
    return [_brief(row) for row in connection.execute(query)]


def _brief(row: Row[Any]) -> StoredBrief:
    return StoredBrief(**{**row._mapping, "kind": BriefKind(row.kind)})


def put_subscriber(tx: Transaction, one: Subscriber) -> None:
    remove_subscriber(tx, one.address)
    row = {"address": one.address, "kinds": list(one.kinds), "since": one.since, "by": one.by}
    tx.execute(insert(brief_subscribers), row)


def remove_subscriber(tx: Transaction, address: str) -> bool:
    which = brief_subscribers.c.address == address
    return tx.execute(delete(brief_subscribers).where(which)).rowcount == 1


def subscribers(connection: Connection) -> list[Subscriber]:
    query = select(brief_subscribers).order_by(brief_subscribers.c.address)
    return [
        Subscriber(
            address=row.address,
            kinds=tuple(BriefKind(kind) for kind in row.kinds),
            since=row.since,
            by=row.by,
        )
        for row in connection.execute(query)
    ]


def add_sends(tx: Transaction, brief_id: str, addresses: Sequence[str], now: datetime) -> int:
    """A brief is to go to these; who has it or is to get it already is left alone."""
    held = {one.address for one in sends_of(tx.connection, brief_id)}
    rows = [
        {
            "brief_id": brief_id,
            "address": address,
            "state": SendState.WAITING,
            "tries": 0,
            "next_at": now,
            "error": "",
        }
        for address in dict.fromkeys(addresses)
        if address not in held
    ]
    if rows:
        tx.execute(ignoring_insert(tx.connection, brief_sends), rows)
    return len(rows)


def take_send(tx: Transaction, now: datetime) -> Send | None:
    """Take the message that waits longest; what it was taken for is written before it is done."""
    query = (
        select(brief_sends)
        .where(_e.state == SendState.WAITING, _e.next_at <= now)
        .order_by(_e.next_at, _e.brief_id, _e.address)
        .limit(1)
    )
    row = tx.connection.execute(query).first()
    if row is None:
        return None
    which = (
        _e.brief_id == row.brief_id,
        _e.address == row.address,
        _e.state == SendState.WAITING,
        _e.tries == row.tries,
    )
    values = {"state": SENDS.target(SendEvent.TAKEN), "tries": row.tries + 1, "next_at": now}
    if tx.execute(update(brief_sends).where(*which).values(**values)).rowcount != 1:
        return None
    return Send(
        brief_id=row.brief_id,
        address=row.address,
        state=SendState.SENDING,
        tries=row.tries + 1,
        next_at=now,
    )


def lose_old(tx: Transaction, before: datetime) -> int:
    """What was being sent when its process died: nobody knows whether it left."""
    which = (_e.state == SendState.SENDING, _e.next_at < before)
    values = {"state": SENDS.target(SendEvent.LOST), "error": "发送中断，是否送达不明"}
    return int(tx.execute(update(brief_sends).where(*which).values(**values)).rowcount)


def end_send(
    tx: Transaction, send: Send, event: SendEvent, *, error: str = "", wait: timedelta | None = None
) -> None:
    next_at = send.next_at + wait if wait and send.next_at else None
    which = (_e.brief_id == send.brief_id, _e.address == send.address, _e.tries == send.tries)
    values = {"state": SENDS.target(event), "error": error, "next_at": next_at}
    tx.execute(update(brief_sends).where(*which, _e.state == SendState.SENDING).values(**values))


def sends_of(connection: Connection, brief_id: str) -> list[Send]:
    query = select(brief_sends).where(_e.brief_id == brief_id).order_by(_e.address)
    return [
        Send(**{**row._mapping, "state": SendState(row.state)}) for row in connection.execute(query)
    ]
