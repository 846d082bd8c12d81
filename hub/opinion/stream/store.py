"""SQL of the stream: one function per question.

A page walks one index, the narrowest that its filters name, for at most LOOKED rows, and holds
the other filters against those rows alone. It costs the same with a thousand signals as with
millions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.selectable import Subquery

from hub.kernel.columns import instant, microseconds
from hub.opinion.issues.tables import issue_signals, issues
from hub.opinion.judging.models import Band
from hub.opinion.judging.tables import judgements
from hub.opinion.signals.store import signal_of
from hub.opinion.signals.tables import signals
from hub.opinion.stream.models import Line, Page, PlaceCount, Wanted
from hub.opinion.watches.tables import watch_signals
from hub.organisations.authority.sight import Sight

__all__ = [
    "COUNTED",
    "LOOKED",
    "copies_of",
    "count_waiting",
    "issues_in_sight",
    "line_of",
    "page_of",
    "place_counts",
]

LOOKED = 5_000  # rows of an index that one page looks through
COUNTED = 10_000
_FEW_BODIES = 60  # whose ranges are put together; with more bodies the newest are looked through
_s, _j, _m, _w = signals.c, judgements.c, issue_signals.c, watch_signals.c


def page_of(connection: Connection, wanted: Wanted, sight: Sight) -> Page:
    """A page of what the filters leave, the newest first."""
    by_time = wanted.timed and not (wanted.issue_id or wanted.watch_id)
    window = _by_time(wanted, sight) if by_time else _by_index(wanted, sight)
    order = (window.c.at.desc(), window.c.id.desc()) if by_time else (window.c.id.desc(),)
    query = _joined(window).where(*_rest(wanted, sight)).order_by(*order)
    rows = connection.execute(query.limit(wanted.limit + 1)).all()
    lines = tuple(_line(row) for row in rows[: wanted.limit])
    if len(rows) > wanted.limit:
        last = lines[-1].signal
        return Page(lines=lines, next=_cursor(last.event_at if by_time else None, last.id))
    return _ended(connection, window, lines, by_time)


def _ended(
    connection: Connection, window: Subquery, lines: tuple[Line, ...], by_time: bool
) -> Page:
    """A page that is not full: either there is no more, or it has looked far enough."""
    looked = select(window.c.at if by_time else window.c.id, window.c.id)
    order = (window.c.at.desc(), window.c.id.desc()) if by_time else (window.c.id.desc(),)
    row = connection.execute(looked.order_by(*order).offset(LOOKED - 1).limit(1)).first()
    if row is None:
        return Page(lines=lines)
    return Page(lines=lines, next=_cursor(row[0] if by_time else None, row[1]), filled=False)


def _cursor(at: datetime | None, signal_id: str) -> str:
    return signal_id if at is None else f"{microseconds(at)}-{signal_id}"


def _read_cursor(text: str) -> tuple[datetime | None, str]:
    """A page's `next`; one that somebody made up begins anew."""
    at, _, signal_id = text.rpartition("-")
    if at and not (at.isascii() and at.isdigit() and len(at) < 18):
        return None, ""
    return (instant(int(at)) if at else None), signal_id


def _by_time(wanted: Wanted, sight: Sight) -> Subquery:
    """The newest LOOKED of what was said in a time; place and body stand in the same index."""
    query = select(_s.id, _s.event_at.label("at")).where(_s.event_at.is_not(None))
    if wanted.since is not None:
        query = query.where(_s.event_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(_s.event_at < wanted.until)
    if wanted.places:
        query = query.where(_s.place.in_(wanted.places))
    if not sight.whole:
        query = query.where(_inside(sight))
    at, signal_id = _read_cursor(wanted.after)
    if at is not None:
        later = or_(_s.event_at < at, _s.id < signal_id)
        query = query.where(_s.event_at <= at, later)
    return query.order_by(_s.event_at.desc(), _s.id.desc()).limit(LOOKED).subquery()


def _by_index(wanted: Wanted, sight: Sight) -> Subquery:
    """The newest LOOKED by the index of the narrowest filter."""
    column, values, own = _narrowest(wanted, sight)
    _, after = _read_cursor(wanted.after)
    base = select(own.label("id"), own.label("at"))
    if after:
        base = base.where(own < after)
    if wanted.day is not None and (wanted.issue_id or wanted.watch_id):
        base = base.where((_m if wanted.issue_id else _w).day == wanted.day)
    deep = _depth(wanted, sight, column)
    if column is None:
        return base.order_by(own.desc()).limit(deep).subquery()
    parts = [
        select(base.where(column == value).order_by(own.desc()).limit(deep).subquery())
        for value in values
    ]
    if len(parts) == 1:
        return parts[0].subquery()
    both = union_all(*parts).subquery()
    return select(both).order_by(both.c.id.desc()).limit(deep).subquery()


def _depth(wanted: Wanted, sight: Sight, column: ColumnElement[Any] | None) -> int:
    """How many rows of the index to look through: a page and one more, where the index answers by
    itself and nothing is left to hold against the rows."""
    anyone = Sight(frozenset(), whole=True)
    answers = column is _s.body_id or (column is None and sight.whole)
    return min(LOOKED, wanted.limit + 1) if answers and not _rest(wanted, anyone) else LOOKED


def _narrowest(
    wanted: Wanted, sight: Sight
) -> tuple[ColumnElement[Any] | None, Sequence[str], ColumnElement[Any]]:
    """The indexed column to walk, its values, and the column with the signal's id beside it."""
    choices: tuple[tuple[ColumnElement[Any], Sequence[str], ColumnElement[Any]], ...] = (
        (_m.issue_id, _one(wanted.issue_id), _m.signal_id),
        (_w.watch_id, _one(wanted.watch_id), _w.signal_id),
        (_j.band, wanted.bands, _j.signal_id),
        (_s.place, wanted.places, _s.id),
        (_s.channel, _one(wanted.channel), _s.id),
        (_j.urgency, _one(wanted.urgency), _j.signal_id),
        (_j.department, _one(wanted.department), _j.signal_id),
        (_j.topic, _one(wanted.topic), _j.signal_id),
    )
    for column, values, own in choices:
        if values:
            return column, values, own
    if not sight.whole and len(sight.bodies) < _FEW_BODIES:
        return _s.body_id, _bodies(sight), _s.id
    return None, (), _s.id


def _one(value: str | None) -> Sequence[str]:
    return (value,) if value else ()


def _bodies(sight: Sight) -> list[str]:
    """What came to no body is seen by whoever sees any."""
    return ["", *sorted(sight.bodies)]


def _inside(sight: Sight) -> ColumnElement[bool]:
    """Whether a signal is in sight, asked of rows that another index has found: written so that
    the index over bodies, which would have to be sorted, does not offer itself."""
    return (_s.body_id + "").in_(_bodies(sight))


def _rest(wanted: Wanted, sight: Sight) -> list[ColumnElement[bool]]:
    """Every filter again, held against the rows that were looked through."""
    asked: Mapping[ColumnElement[Any], str | None] = {
        _j.topic: wanted.topic,
        _j.department: wanted.department,
        _j.intent: wanted.intent,
        _j.mood: wanted.mood,
        _j.urgency: wanted.urgency,
        _s.kind: wanted.kind,
        _s.channel: wanted.channel,
    }
    found: list[ColumnElement[bool]] = [column == value for column, value in asked.items() if value]
    if wanted.bands:
        found.append(_j.band.in_(wanted.bands))
    if wanted.places:
        found.append(_s.place.in_(wanted.places))
    if wanted.since is not None:
        found.append(_s.event_at >= wanted.since)
    if wanted.until is not None:
        found.append(_s.event_at < wanted.until)
    if not sight.whole:
        found.append(_inside(sight))
    return found


def _joined(window: Subquery | None) -> Select[Any]:
    """Signals with judgement and issue; judged columns begin with `j_`."""
    judged = [column.label(f"j_{column.name}") for column in judgements.c]
    query = select(signals, *judged, _m.issue_id, _m.copy_of)
    start = signals if window is None else window.join(signals, _s.id == window.c.id)
    return query.select_from(
        start.outerjoin(judgements, _j.signal_id == _s.id).outerjoin(
            issue_signals, _m.signal_id == _s.id
        )
    )


def _line(row: Row[Any]) -> Line:
    values = row._mapping
    judged = {column.name: values[f"j_{column.name}"] for column in judgements.c}
    return Line(
        signal=signal_of(row),
        judged=judged if judged["signal_id"] else None,
        issue_id=values["issue_id"] or "",
        copy_of=values["copy_of"] or "",
    )


def line_of(connection: Connection, signal_id: str, sight: Sight) -> Line | None:
    """One signal, where it is in sight."""
    query = _joined(None).where(_s.id == signal_id)
    if not sight.whole:
        query = query.where(_inside(sight))
    row = connection.execute(query).first()
    return None if row is None else _line(row)


def copies_of(connection: Connection, signal_id: str, most: int) -> list[str]:
    """Ids of the signals that repeat this one, the oldest first, at most so many."""
    query = select(_m.signal_id).where(_m.copy_of == signal_id).order_by(_m.signal_id).limit(most)
    return list(connection.execute(query).scalars())


def count_waiting(connection: Connection, band: Band, sight: Sight) -> int:
    """How many of COUNTED judgements of a band are in sight."""
    looked = select(_j.signal_id).where(_j.band == band).order_by(_j.signal_id.desc())
    part = looked.limit(COUNTED).subquery()
    query = select(func.count()).select_from(part)
    if not sight.whole:
        query = query.join(signals, _s.id == part.c.signal_id)
        query = query.where(_inside(sight))
    return int(connection.execute(query).scalar_one())


def place_counts(
    connection: Connection, since: datetime, until: datetime, sight: Sight
) -> list[PlaceCount]:
    """How much was said of each place, from an index alone; the most first."""
    query = select(_s.place, func.count()).where(_s.event_at >= since, _s.event_at < until)
    if not sight.whole:
        query = query.where(_inside(sight))
    query = query.group_by(_s.place).order_by(func.count().desc(), _s.place)
    return [PlaceCount(row[0], int(row[1])) for row in connection.execute(query)]


def issues_in_sight(connection: Connection, ids: Collection[str], sight: Sight) -> set[str]:
    """Those of the issues that hold a signal in sight: each search ends with the first."""
    if sight.whole:
        return set(ids)
    inside = and_(_m.issue_id == issues.c.id, _inside(sight))
    held = select(_m.signal_id).join(signals, _s.id == _m.signal_id).where(inside).limit(1)
    query = select(issues.c.id).where(issues.c.id.in_(ids), held.correlate(issues).exists())
    return set(connection.execute(query).scalars())
