"""SQL of archives: months found by key, records with all that belongs to them, and removal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
    update,
)

from hub.kernel.archiving.models import Archive, Kept
from hub.kernel.archiving.tables import archives
from hub.kernel.database import Transaction
from hub.kernel.rows import Row, batches, stored

__all__ = [
    "Range",
    "add_archive",
    "archives_of",
    "first_key",
    "held",
    "last_seq",
    "note_pruned",
    "records",
    "records_in",
    "records_with",
    "remove",
    "remove_events",
    "unfinished",
]

_a = archives.c

Range = tuple[Any, Any]  # keys from the first (included) to the second (left out)
Record = tuple[Row, bytes]  # the key of a row, and its line


def first_key(connection: Connection, kept: Kept, at: Any) -> Any | None:
    """The first part of the first key that is `at` or more."""
    column = _leading(kept)
    return connection.execute(select(func.min(column)).where(column >= at)).scalar()


def unfinished(connection: Connection, kept: Kept, within: Range) -> int:
    where = and_(*_within(kept, within), text(f"NOT ({kept.finished})"))
    query = select(func.count()).select_from(stored(kept.table)).where(where)
    return int(connection.execute(query).scalar_one())


def records_in(
    connection: Connection, kept: Kept, within: Range, after: Row | None, limit: int
) -> list[Record]:
    """So many of the range's records after the key `after`, in the order of their keys."""
    where = and_(*_within(kept, within))
    found = batches(connection, kept.table, after=after, where=where, size=limit)
    return records(connection, kept, next(found, []))


def records_with(connection: Connection, kept: Kept, keys: Sequence[Row]) -> list[Record]:
    """The records that have those keys, as they are now."""
    own = stored(kept.table)
    rows = connection.execute(select(own).where(_among(kept, keys)))
    return records(connection, kept, [tuple(row) for row in rows])


def records(connection: Connection, kept: Kept, rows: Sequence[Row]) -> list[Record]:
    """Each row with the rows of other tables that belong to it, as a line of JSON."""
    names = [column.name for column in kept.table.columns]
    places = [index for index, column in enumerate(kept.table.columns) if column.primary_key]
    ids = [row[places[0]] for row in rows]
    parts = {column.table.name: _parts(connection, column, ids) for column in kept.parts}
    made = []
    for row in rows:
        own = row[places[0]]
        belonging = {str(name): found[own] for name, found in parts.items() if own in found}
        told = {"row": dict(zip(names, row, strict=True)), "with": belonging}
        line = msgspec.json.encode(told, order="sorted")
        made.append((tuple(row[index] for index in places), line))
    return made


def held(connection: Connection, kept: Kept, ids: Sequence[Any]) -> set[Any]:
    """Those of the rows that something else still refers to."""
    found: set[Any] = set()
    for column in kept.holds:
        own = next(iter(column.table.primary_key.columns))
        query = select(column).where(column.in_(ids)).distinct()
        if own is not column:  # what belongs to a row and names the same one holds it not
            query = query.where(own != column)
        found.update(connection.execute(query).scalars())
    return found


def remove(tx: Transaction, kept: Kept, keys: Sequence[Row]) -> int:
    """Delete rows and what belongs to them; how many rows of the table itself it were."""
    ids = [key[0] for key in keys]
    for column in kept.parts:
        child = stored(column.table)
        tx.execute(delete(child).where(child.c[column.name].in_(ids)))
    return int(tx.execute(delete(stored(kept.table)).where(_among(kept, keys))).rowcount)


def remove_events(tx: Transaction, kept: Kept, last: int, limit: int) -> int:
    """Delete so many of the chain's events up to `last`, the oldest first."""
    own = stored(kept.table)
    first = tx.execute(select(func.min(own.c.seq))).scalar()
    if first is None:
        return 0
    upto = min(last, first + limit - 1)
    return int(tx.execute(delete(own).where(own.c.seq <= upto)).rowcount)


def add_archive(tx: Transaction, archive: Archive, last: int) -> None:
    tx.execute(
        insert(archives).values(
            kind=archive.kind,
            month=archive.month,
            part=archive.part,
            file=archive.file,
            sha256=archive.sha256,
            records=archive.records,
            made_at=archive.made_at,
            last_seq=last,
        )
    )


def archives_of(connection: Connection, kind: str = "") -> list[Archive]:
    query = select(archives).order_by(_a.kind, _a.month, _a.part)
    rows = connection.execute(query.where(_a.kind == kind) if kind else query)
    return [_archive(row._mapping) for row in rows]


def last_seq(connection: Connection, kind: str) -> int:
    """Where the newest archive of the chain ends; 0 before the first."""
    return connection.execute(select(func.max(_a.last_seq)).where(_a.kind == kind)).scalar() or 0


def note_pruned(tx: Transaction, archive: Archive, removed: int, at: datetime) -> None:
    named = (_a.kind == archive.kind, _a.month == archive.month, _a.part == archive.part)
    change = update(archives).where(*named)
    tx.execute(change.values(pruned_at=at, pruned=_a.pruned + removed))


def _archive(row: Mapping[Any, Any]) -> Archive:
    return Archive(**{name: value for name, value in row.items() if name != "last_seq"})


def _leading(kept: Kept) -> ColumnElement[Any]:
    first: ColumnElement[Any] = next(iter(stored(kept.table).primary_key.columns))
    return first


def _within(kept: Kept, within: Range) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    column = _leading(kept)
    return column >= within[0], column < within[1]


def _among(kept: Kept, keys: Sequence[Row]) -> ColumnElement[bool]:
    columns = list(stored(kept.table).primary_key.columns)
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return tuple_(*columns).in_(keys) if keys else or_(text("1 = 0"))


def _parts(
    connection: Connection, column: Any, ids: Sequence[Any]
) -> dict[Any, list[dict[str, Any]]]:
    """Rows of a table by the row they belong to, each in the order of its key."""
    child = stored(column.table)
    query = select(child).where(child.c[column.name].in_(ids))
    found: dict[Any, list[dict[str, Any]]] = {}
    for row in connection.execute(query.order_by(*child.primary_key.columns)):
        values = dict(row._mapping)
        found.setdefault(values[column.name], []).append(values)
    for rows in found.values():  # the databases sort texts by different rules
        rows.sort(key=repr)
    return found
