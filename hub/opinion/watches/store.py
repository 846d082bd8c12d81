"""SQL of watches: one function per question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, delete, func, insert, select, update

from hub.kernel.database import Transaction
from hub.opinion.judging.models import Mood
from hub.opinion.judging.tables import judgements
from hub.opinion.signals.store import ignoring_insert
from hub.opinion.signals.tables import signals
from hub.opinion.watches.models import Watch, WatchCount, WatchState
from hub.opinion.watches.tables import watch_signals, watches

__all__ = [
    "Heard",
    "add_hits",
    "add_watch",
    "counts_within",
    "days_of",
    "forget_hits",
    "get_watch",
    "heard_after",
    "hits_of",
    "list_watches",
    "set_watch",
]

_w, _h, _s = watches.c, watch_signals.c, signals.c


@dataclass(frozen=True, slots=True)
class Heard:
    """What matching needs of a signal."""

    id: str
    title: str
    text: str
    place: str
    channel: str
    event_at: datetime | None


def add_watch(tx: Transaction, watch: Watch) -> None:
    names = Watch.__dataclass_fields__
    tx.execute(insert(watches), {name: getattr(watch, name) for name in names})


def get_watch(connection: Connection, name: str) -> Watch | None:
    row = connection.execute(select(watches).where(_w.name == name)).first()
    return None if row is None else _watch(row)


def list_watches(connection: Connection) -> list[Watch]:
    return [_watch(row) for row in connection.execute(select(watches).order_by(_w.name))]


def set_watch(tx: Transaction, watch_id: str, **values: Any) -> None:
    tx.execute(update(watches).where(_w.id == watch_id).values(**values))


def heard_after(connection: Connection, cursor: str, until: datetime, limit: int) -> list[Heard]:
    """Signals whose id comes after `cursor` and that came before `until`, in order."""
    query = (
        select(_s.id, _s.title, _s.text, _s.place, _s.channel, _s.event_at)
        .where(_s.id > cursor, _s.received_at < until)
        .order_by(_s.id)
        .limit(limit)
    )
    return [Heard(*tuple(row)) for row in connection.execute(query)]


def add_hits(
    tx: Transaction, watch: Watch, hits: Sequence[tuple[str, date | None]], cursor: str
) -> bool:
    """Note what a watch found up to `cursor`; False where another process has read on."""
    which = (_w.id == watch.id, _w.cursor == watch.cursor)
    values = {"cursor": cursor, "signals": _w.signals + len(hits)}
    if tx.execute(update(watches).where(*which).values(**values)).rowcount != 1:
        return False
    rows = [{"watch_id": watch.id, "signal_id": one, "day": day} for one, day in hits]
    if rows:
        tx.execute(ignoring_insert(tx.connection, watch_signals), rows)
    return True


def forget_hits(tx: Transaction, watch_id: str) -> None:
    tx.execute(delete(watch_signals).where(_h.watch_id == watch_id))


def hits_of(connection: Connection, watch_id: str, before: str, limit: int) -> list[str]:
    """Ids of the signals of a watch, the newest first."""
    query = select(_h.signal_id).where(_h.watch_id == watch_id)
    if before:
        query = query.where(_h.signal_id < before)
    query = query.order_by(_h.signal_id.desc()).limit(limit)
    return list(connection.execute(query).scalars())


def days_of(connection: Connection, watch_id: str, since: date) -> list[tuple[date, int]]:
    query = (
        select(_h.day, func.count())
        .where(_h.watch_id == watch_id, _h.day >= since)
        .group_by(_h.day)
        .order_by(_h.day)
    )
    return [(row[0], int(row[1])) for row in connection.execute(query)]


def counts_within(
    connection: Connection, first: date, last: date, counted: Sequence[ColumnElement[bool]] = ()
) -> list[WatchCount]:
    """What each active watch found on these days, most first; `counted` narrows which signals."""
    negative = func.sum(case((judgements.c.mood == Mood.NEGATIVE, 1), else_=0))
    query = (
        select(_w.name, func.count(_h.signal_id), negative)
        .join(watch_signals, _h.watch_id == _w.id)
        .outerjoin(judgements, judgements.c.signal_id == _h.signal_id)
        .join(signals, _s.id == _h.signal_id)
        .where(_w.state == WatchState.ACTIVE, _h.day >= first, _h.day <= last, *counted)
        .group_by(_w.name)
        .order_by(func.count(_h.signal_id).desc(), _w.name)
    )
    return [WatchCount(row[0], int(row[1]), int(row[2] or 0)) for row in connection.execute(query)]


def _watch(row: Row[Any]) -> Watch:
    values = dict(row._mapping)
    lists = {name: tuple(values[name]) for name in ("include", "exclude", "places", "channels")}
    return Watch(**values | lists | {"state": WatchState(values["state"])})
