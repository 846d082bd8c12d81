"""SQL over plans by their due time: a month is one range of an index, each day a part of it.

How the plans of a month stand is told from what is rare: deliveries in trouble, stopped, or being
sent have partial indexes. All other plans are out when their time is over, and coming before.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    type_coerce,
    union_all,
)

from hub.catalogue.tables import items
from hub.kernel.columns import Instant, microseconds
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
    """How many plans are due between each bound and the next: one walk counts them by the longest
    step that meets every bound (a day; an hour where a clock is put forward among them)."""
    first = microseconds(bounds[0]) or 0
    places = [(microseconds(bound) or 0) - first for bound in bounds]
    found, step = [0] * (len(bounds) - 1), math.gcd(*places)
    if not step:
        return found
    nth: Any = (type_coerce(_p.due_at, BigInteger) - first) // step
    counted: Select[Any] = select(nth.label("n"), func.count())
    query = _seen(counted, asked, bounds[0], bounds[-1])
    for n, count in connection.execute(query.group_by("n")):
        found[bisect_right(places, n * step) - 1] += count
    return found


def first_entries(
    connection: Connection,
    asked: Asked,
    bounds: Sequence[datetime],
    each: int,
    mark: Callable[[str, datetime], Mark],
) -> list[Entry]:
    """The first plans between each bound and the next, whose deliveries are not counted: `mark`
    says how each stands."""
    days = len(bounds) - 1
    given: dict[str, Any] = {"channel": asked.channel} if asked.channel else {}
    if not asked.sight.whole:
        given["bodies"] = list(asked.sight.bodies)
    for n, bound in enumerate(bounds):
        given[f"at_{n}"] = bound
    query = _first(days, each, whole=asked.sight.whole, channelled=bool(asked.channel))
    ids = list(connection.execute(query, given).scalars())
    return [
        Entry(plan_id=row.id, states={}, mark=mark(row.id, row.due_at), **_values(row))
        for row in _rows(connection, ids)
    ]


@cache
def _first(days: int, each: int, *, whole: bool, channelled: bool) -> CompoundSelect[Any]:
    """Made once for a view: the statement of a month has forty parts, and to make and name it
    takes longer than to answer it."""
    bodies: Any = None if whole else bindparam("bodies", expanding=True)
    channel: Any = bindparam("channel") if channelled else None
    at = [bindparam(f"at_{n}", type_=Instant) for n in range(days + 1)]
    parts = []
    for since, until in pairwise(at):
        query = _narrowed(select(_p.id), since, until, bodies, channel)
        parts.append(select(query.order_by(_p.due_at, _p.id).limit(each).subquery()))
    return union_all(*parts)


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
    bodies = None if asked.sight.whole else asked.sight.bodies
    return _narrowed(query, since, until, bodies, asked.channel or None)


def _narrowed(query: Select[Any], since: Any, until: Any, bodies: Any, channel: Any) -> Select[Any]:
    """Each of them a value, a parameter of one to come, or None."""
    query = query.select_from(plans).where(_p.due_at >= since)
    if until is not None:
        query = query.where(_p.due_at < until)
    if bodies is not None:
        query = query.where(exists().where(items.c.id == _p.item_id, items.c.body_id.in_(bodies)))
    if channel is not None:
        query = query.where(exists().where(_d.plan_id == _p.id, _d.channel == channel))
    return query


def _entries(connection: Connection, ids: Sequence[str]) -> list[Entry]:
    """Those plans in the order of their time."""
    states: dict[str, dict[DeliveryState, int]] = defaultdict(dict)
    for chunk in _chunks(ids):
        counted = select(_d.plan_id, _d.state, func.count()).where(_d.plan_id.in_(chunk))
        for plan_id, state, count in connection.execute(counted.group_by(_d.plan_id, _d.state)):
            states[plan_id][_S(state)] = count
    return [
        Entry(plan_id=row.id, states=states[row.id], mark=mark_of(states[row.id]), **_values(row))
        for row in _rows(connection, ids)
    ]


def _rows(connection: Connection, ids: Sequence[str]) -> list[Row[Any]]:
    rows: list[Row[Any]] = []
    own = select(
        _p.id, _p.item_id, items.c.title, items.c.body_id, _p.due_at, _p.priority, _p.created_by
    ).join(items, items.c.id == _p.item_id)
    for chunk in _chunks(ids):
        rows += connection.execute(own.where(_p.id.in_(chunk)))
    return sorted(rows, key=lambda row: (row.due_at, row.id))


def _values(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name != "id"}


def _chunks(ids: Collection[str]) -> Iterator[list[str]]:
    listed = list(ids)
    return (listed[start : start + _CHUNK] for start in range(0, len(listed), _CHUNK))
