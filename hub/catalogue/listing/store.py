"""SQL over the rows of items, newest first.

Of some bodies each is asked for its newest by the index over body, state and id, and only for
those newer than what fills the page already: the cost is that of a page, however many items there
are. Of many bodies nearly every item is one of theirs, and walking down the ids fills a page at
once.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select

from hub.catalogue.listing.models import Line, Wanted
from hub.catalogue.models import Attribute, ItemState
from hub.catalogue.tables import items

__all__ = ["lines_by_ids", "lines_by_index_no", "list_lines"]

_FEW = 150  # bodies; a province's own are some eighty
_ABOVE = "Z"  # after every id: they begin with a digit
_i = items.c
_RANGE = (
    select(_i.id)
    .where(
        _i.body_id == bindparam("body"),
        _i.state == bindparam("of_state"),
        _i.id < bindparam("before"),
        _i.id > bindparam("floor"),
    )
    .order_by(_i.id.desc())
    .limit(bindparam("most"))
)
_COLUMNS = tuple(items.c[f.name] for f in fields(Line))


def list_lines(connection: Connection, wanted: Wanted) -> list[Line]:
    """The newest first, at most `wanted.limit`."""
    few = len(wanted.bodies) <= _FEW
    ids = _merged(connection, wanted) if few else _walked(connection, wanted)
    return lines_by_ids(connection, ids)


def lines_by_ids(connection: Connection, ids: Sequence[str]) -> list[Line]:
    """Those that are there, in the order of `ids`."""
    rows = connection.execute(select(*_COLUMNS).where(items.c.id.in_(ids)))
    found = {row.id: _line(row) for row in rows}
    return [found[item_id] for item_id in ids if item_id in found]


def lines_by_index_no(connection: Connection, bodies: frozenset[str], index_no: str) -> list[Line]:
    """The items of those bodies with that very index number."""
    query = select(*_COLUMNS).where(items.c.body_id.in_(bodies), items.c.index_no == index_no)
    return [_line(row) for row in connection.execute(query.limit(50))]


def _walked(connection: Connection, wanted: Wanted) -> list[str]:
    """Down the ids (of one state, by its index). The function around the body's id keeps the
    database from gathering and sorting every item of all those bodies by their index instead."""
    query = select(_i.id).where(func.coalesce(_i.body_id, "").in_(wanted.bodies))
    if wanted.state:
        query = query.where(_i.state == wanted.state.value)
    if wanted.attribute:
        query = query.where(_i.attribute == wanted.attribute.value)
    if wanted.before:
        query = query.where(_i.id < wanted.before)
    return list(connection.execute(query.order_by(_i.id.desc()).limit(wanted.limit)).scalars())


def _merged(connection: Connection, wanted: Wanted) -> list[str]:
    """The newest ids of every body and state, each range asked for what the page still lacks."""
    newest: list[str] = []
    query = _RANGE if wanted.attribute is None else _RANGE.where(_i.attribute == bindparam("kind"))
    states = [wanted.state] if wanted.state else list(ItemState)
    for body_id, state in itertools.product(sorted(wanted.bodies), states):
        told = {
            "body": body_id,
            "of_state": state.value,
            "before": wanted.before or _ABOVE,
            "floor": newest[-1] if len(newest) == wanted.limit else "",
            "most": wanted.limit,
        }
        if wanted.attribute:
            told["kind"] = wanted.attribute.value
        if found := connection.execute(query, told).scalars().all():
            newest = sorted([*newest, *found], reverse=True)[: wanted.limit]
    return newest


def _line(row: Row[Any]) -> Line:
    values = row._asdict()
    kinds = {"state": ItemState(row.state), "attribute": Attribute(row.attribute)}
    return Line(**values | kinds)
