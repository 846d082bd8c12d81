"""Whole rows as a database stores them: read by key, and summed up so that two places compare.

What copies or archives tables must hand on each value as it is kept. Our own column types would
turn a moment or a JSON text into something else and back, and need not give the same text again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    FromClause,
    LargeBinary,
    MetaData,
    Select,
    Table,
    and_,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

__all__ = ["Fingerprint", "Row", "Summed", "batch_of", "batches", "self_reference", "stored"]

Row = tuple[Any, ...]

_ROWS_AT_ONCE = 2_000
_BLOBS_AT_ONCE = 20  # a picture or an attachment may have some megabytes
_SPACE = 1 << 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """How many rows, and the sum of their SHA-256 modulo 2^256: the order they are read in, which
    differs between databases, does not matter, and a row that is there twice does."""

    rows: int
    digest: str


class Summed:
    """Rows on the way to their `Fingerprint`."""

    def __init__(self) -> None:
        self._rows = 0
        self._sum = 0

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        self._rows += len(rows)
        for row in rows:
            line = msgspec.json.encode(list(row))
            self._sum += int.from_bytes(hashlib.sha256(line).digest())

    @property
    def fingerprint(self) -> Fingerprint:
        return Fingerprint(rows=self._rows, digest=f"{self._sum % _SPACE:064x}")


@cache
def stored(table: Table) -> Table:
    """The same table with the types its columns are kept in, and nothing else of it."""
    columns = [
        Column(column.name, _plain(column.type), primary_key=column.primary_key)
        for column in table.columns
    ]
    return Table(table.name, MetaData(), *columns)


def batch_of(table: Table) -> int:
    """How many rows of `table` are read at once."""
    heavy = any(isinstance(column.type, LargeBinary) for column in table.columns)
    return _BLOBS_AT_ONCE if heavy else _ROWS_AT_ONCE


def self_reference(table: Table) -> ForeignKeyConstraint | None:
    """The constraint by which a row names another of the same table."""
    found = [
        constraint
        for constraint in table.foreign_key_constraints
        if constraint.referred_table is table
    ]
    if len(found) > 1:
        raise ValueError(f"{table.name} refers to itself in more than one way")
    return found[0] if found else None


def batches(
    connection: Connection,
    table: Table,
    *,
    depth: int | None = None,
    after: Sequence[Any] | None = None,
    where: Any = None,
    size: int = 0,
) -> Iterator[list[Row]]:
    """Every row in the order of its key, so many at a time; those after the key `after`.

    `depth` keeps to the rows that stand so far below one that names no other of the same table:
    0 the topmost, 1 those that name one of them. `where` is a condition on `stored(table)`.
    """
    query, key = _asked(table, depth)
    if where is not None:
        query = query.where(where)
    at = [list(stored(table).c).index(stored(table).c[column.name]) for column in key]
    size = size or batch_of(table)
    while True:
        page = query if after is None else query.where(_beyond(key, after))
        rows = [tuple(row) for row in connection.execute(page.limit(size))]
        if rows:
            yield rows
        if len(rows) < size:
            return
        after = [rows[-1][index] for index in at]


def _plain(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def _asked(table: Table, depth: int | None) -> tuple[Select[Any], list[Any]]:
    own = stored(table)
    query: Select[Any] = select(own)
    reference = self_reference(table)
    if depth is not None and reference is not None:
        query = _standing(query, own, reference, depth)
    key = list(own.primary_key.columns)
    return query.order_by(*key), key


def _standing(
    query: Select[Any], own: Table, reference: ForeignKeyConstraint, depth: int
) -> Select[Any]:
    names = [(key.parent.name, key.column.name) for key in reference.elements]
    source: FromClause = own
    lower: Any = own
    for _ in range(depth):
        upper = own.alias()
        named = and_(*(lower.c[ours] == upper.c[theirs] for ours, theirs in names))
        source, lower = source.join(upper, named), upper
    return query.select_from(source).where(or_(*(lower.c[ours].is_(None) for ours, _ in names)))


def _beyond(key: list[Any], after: Sequence[Any]) -> Any:
    values = [literal(value, column.type) for column, value in zip(key, after, strict=True)]
    return key[0] > values[0] if len(key) == 1 else tuple_(*key) > tuple_(*values)
