"""SQL over the rows of items, newest first.

Of a few bodies each is asked for its newest by the index over body, state and id, and the answers
are merged: the cost is that of a page, however many items there are. Of many bodies nearly every
item is one of theirs, and walking down the ids fills a page at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, Select, select, union_all

from hub.catalogue.listing.models import Line, Wanted
from hub.catalogue.models import Attribute, ItemState
from hub.catalogue.tables import items

__all__ = ["lines_by_ids", "lines_by_index_no", "list_lines"]

_FEW = 150  # bodies; a province's own are some eighty
_TOGETHER = 100  # ranges in one statement
_COLUMNS = tuple(items.c[f.name] for f in fields(Line))


def list_lines(connection: Connection, wanted: Wanted) -> list[Line]:
    """The newest first, at most `wanted.limit`."""
    if len(wanted.bodies) > _FEW:
        query = _narrowed(select(*_COLUMNS), wanted).where(items.c.body_id.in_(wanted.bodies))
        if wanted.state:
            query = query.where(items.c.state == wanted.state.value)
        rows: Sequence[Row[Any]] = connection.execute(query).all()
        return [_line(row) for row in rows]
    found = [_line(row) for ranges in _chunks(wanted) for row in _merged(connection, ranges)]
    return sorted(found, key=lambda line: line.id, reverse=True)[: wanted.limit]


def lines_by_ids(connection: Connection, ids: Sequence[str]) -> list[Line]:
    """Those that are there, in the order of `ids`."""
    rows = connection.execute(select(*_COLUMNS).where(items.c.id.in_(ids)))
    found = {row.id: _line(row) for row in rows}
    return [found[item_id] for item_id in ids if item_id in found]


def lines_by_index_no(connection: Connection, bodies: frozenset[str], index_no: str) -> list[Line]:
    """The items of those bodies with that very index number."""
    query = select(*_COLUMNS).where(items.c.body_id.in_(bodies), items.c.index_no == index_no)
    return [_line(row) for row in connection.execute(query.limit(50))]


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.attribute:
        query = query.where(items.c.attribute == wanted.attribute.value)
    if wanted.before:
        query = query.where(items.c.id < wanted.before)
    return query.order_by(items.c.id.desc()).limit(wanted.limit)


def _chunks(wanted: Wanted) -> Iterator[list[Select[Any]]]:
    states = [wanted.state] if wanted.state else list(ItemState)
    ranges = (
        _narrowed(select(*_COLUMNS), wanted).where(
            items.c.body_id == body_id, items.c.state == state.value
        )
        for body_id, state in itertools.product(sorted(wanted.bodies), states)
    )
    while chunk := list(itertools.islice(ranges, _TOGETHER)):
        yield chunk


def _merged(connection: Connection, ranges: list[Select[Any]]) -> Sequence[Row[Any]]:
    """All of one statement; each range in brackets of its own, as a SELECT around it."""
    parts = [select(one.subquery()) for one in ranges]
    return connection.execute(union_all(*parts) if len(parts) > 1 else parts[0]).all()


def _line(row: Row[Any]) -> Line:
    values = row._asdict()
    kinds = {"state": ItemState(row.state), "attribute": Attribute(row.attribute)}
    return Line(**values | kinds)
