"""SQL over plans by their due time: a month is one range of an index, each day a part of it.

How the plans of a month stand is told from what is rare: deliveries in trouble, stopped, or being
sent have partial indexes. All other plans are out when their time is over, and coming before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, exists, func, literal, or_, select, union_all

from hub.catalogue.tables import items
from hub.publishing.agenda.models import Asked, Entry, Mark, mark_of
from hub.publishing.models import HALTED, HELD, DeliveryState
from hub.publishing.tables import deliveries, in_states, plans

__all__ = ["bodies_of", "counts", "entries", "entry", "first_entries", "marked"]

_S = DeliveryState
_p, _d = plans.c, deliveries.c
_CHUNK = 500
_STOPPED = (_S.CANCELLED, _S.RECALLED)
_TROUBLE = (_S.UNKNOWN, _S.FAILED, _S.BLOCKED, _S.EXPIRED)


def counts(connection: Connection, asked: Asked, bounds: Sequence[datetime]) -> list[int]:
    """How many plans are due between each bound and the next."""
    parts = []
    for n, (since, until) in enumerate(pairwise(bounds)):
        columns: tuple[Any, ...] = (literal(n).label("n"), func.count().label("count"))
        parts.append(_seen(select(*columns), asked, since, until))
    found = {row[0]: row[1] for row in connection.execute(union_all(*parts))}
    return [found.get(n, 0) for n in range(len(bounds) - 1)]


def first_entries(
    connection: Connection, asked: Asked, bounds: Sequence[datetime], each: int
) -> list[Entry]:
    """The first plans between each bound and the next."""
    parts = []
    for since, until in pairwise(bounds):
        query = _seen(select(_p.id), asked, since, until)
        parts.append(select(query.order_by(_p.due_at, _p.id).limit(each).subquery()))
    ids = list(connection.execute(union_all(*parts)).scalars())
    return _entries(connection, ids)


def entries(
    connection: Connection,
    asked: Asked,
    since: datetime,
    until: datetime | None,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[Entry]:
    """Plans due from `since` on, before `until`, behind `after` in their order."""
    query = _seen(select(_p.id), asked, max(since, after[0]) if after else since, until)
    if after:
        at, last = after
        query = query.where(or_(_p.due_at > at, and_(_p.due_at == at, _p.id > last)))
    ids = list(connection.execute(query.order_by(_p.due_at, _p.id).limit(limit)).scalars())
    return _entries(connection, ids)


def entry(connection: Connection, plan_id: str) -> Entry | None:
    return next(iter(_entries(connection, [plan_id])), None)


def bodies_of(connection: Connection, plan_ids: Collection[str]) -> dict[str, str]:
    """The body of each plan's item."""
    found: dict[str, str] = {}
    for chunk in _chunks(plan_ids):
        query = select(_p.id, items.c.body_id).join(items, items.c.id == _p.item_id)
        found |= {row[0]: row[1] for row in connection.execute(query.where(_p.id.in_(chunk)))}
    return found


def marked(
    connection: Connection, asked: Asked, since: datetime, until: datetime
) -> dict[str, tuple[datetime, Mark]]:
    """Of the plans due in between those in trouble, stopped, or being sent: their time and mark."""
    found: dict[str, tuple[datetime, Mark]] = {}
    maybe: dict[str, datetime] = {}
    for plan_id, due_at in _with(connection, asked, since, until, _STOPPED, HALTED):
        maybe[plan_id] = due_at
    going = _not_all_stopped(connection, maybe)
    found |= {one: (at, Mark.STOPPED) for one, at in maybe.items() if one not in going}
    for states, known in (((_S.READY,), (_S.READY,)), (HELD, HELD)):
        for plan_id, due_at in _with(connection, asked, since, until, states, known):
            found[plan_id] = (due_at, Mark.DOING)
    for plan_id, due_at in _with(connection, asked, since, until, _TROUBLE, HALTED):
        found[plan_id] = (due_at, Mark.TROUBLE)
    return found


def _with(
    connection: Connection,
    asked: Asked,
    since: datetime,
    until: datetime,
    states: Sequence[DeliveryState],
    known: Sequence[DeliveryState],
) -> Iterator[tuple[str, datetime]]:
    """The plans due in between of which deliveries are in one of `states`; `known` as the partial
    index has it."""
    rare = select(_d.plan_id).where(in_states(*states), in_states(*known)).cte("rare")
    query = _seen(select(_p.id, _p.due_at), asked, since, until)
    rows = connection.execute(query.where(_p.id.in_(select(rare.c.plan_id))))
    return ((row[0], row[1]) for row in rows)


def _not_all_stopped(connection: Connection, plan_ids: Collection[str]) -> set[str]:
    going: set[str] = set()
    stopped = [state.value for state in _STOPPED]
    for chunk in _chunks(plan_ids):
        alive = exists().where(_d.plan_id == _p.id, _d.state.not_in(stopped))
        query = select(_p.id).where(_p.id.in_(chunk), alive)
        going |= set(connection.execute(query).scalars())
    return going


def _seen(query: Select[Any], asked: Asked, since: datetime, until: datetime | None) -> Select[Any]:
    """Of plans due in between, those of items of bodies in sight, with the channel that is asked
    for among theirs."""
    query = query.select_from(plans).where(_p.due_at >= since)
    if until is not None:
        query = query.where(_p.due_at < until)
    if not asked.sight.whole:
        own = exists().where(items.c.id == _p.item_id, items.c.body_id.in_(asked.sight.bodies))
        query = query.where(own)
    if asked.channel:
        there = exists().where(_d.plan_id == _p.id, _d.channel == asked.channel)
        query = query.where(there)
    return query


def _entries(connection: Connection, ids: Sequence[str]) -> list[Entry]:
    """Those plans in the order of their time."""
    rows: list[Row[Any]] = []
    states: dict[str, dict[DeliveryState, int]] = defaultdict(dict)
    own = select(
        _p.id, _p.item_id, items.c.title, items.c.body_id, _p.due_at, _p.priority, _p.created_by
    ).join(items, items.c.id == _p.item_id)
    for chunk in _chunks(ids):
        rows += connection.execute(own.where(_p.id.in_(chunk)))
        counted = select(_d.plan_id, _d.state, func.count()).where(_d.plan_id.in_(chunk))
        for plan_id, state, count in connection.execute(counted.group_by(_d.plan_id, _d.state)):
            states[plan_id][_S(state)] = count
    rows.sort(key=lambda row: (row.due_at, row.id))
    return [_entry(row, states[row.id]) for row in rows]


def _entry(row: Row[Any], states: Mapping[DeliveryState, int]) -> Entry:
    values = row._asdict()
    return Entry(plan_id=values.pop("id"), states=states, mark=mark_of(states), **values)


def _chunks(ids: Collection[str]) -> Iterator[list[str]]:
    listed = list(ids)
    return (listed[start : start + _CHUNK] for start in range(0, len(listed), _CHUNK))
