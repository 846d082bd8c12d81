"""Many rows read as one JSON text: packed by the database in C, unpacked in a microsecond a row.

A driver hands rows over value by value under Python's global lock; where hundreds of whole rows
are read at a time, that costs more than the query.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Boolean, Connection, Select, Table, Text, cast, func, select

from hub.kernel.columns import Instant, Json, instant

__all__ = ["PackedQuery"]

Converter = Callable[[Any], Any]


class PackedQuery:
    """`source` selects whole rows of `table`; `rows` gives them as dicts by column name.

    The order of `source` is kept on both databases but promised by neither: sort again where it
    matters.
    """

    def __init__(self, table: Table, source: Select[Any]) -> None:
        self._names = tuple(column.name for column in table.c)
        self._converters = tuple(
            (column.name, convert)
            for column in table.c
            if (convert := _converter(column.type)) is not None
        )
        inner = source.subquery("packed")
        columns = [inner.c[name] for name in self._names]
        together = func.json_agg(func.json_build_array(*columns))
        self._queries = {
            "sqlite": select(func.json_group_array(func.json_array(*columns))),
            "postgresql": select(func.coalesce(cast(together, Text), "[]")),
        }

    def rows(
        self, connection: Connection, parameters: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        query = self._queries[connection.dialect.name]
        packed = connection.execute(query, parameters).scalar_one()
        return [self._unpack(values) for values in msgspec.json.decode(packed)]

    def _unpack(self, values: list[Any]) -> dict[str, Any]:
        row = dict(zip(self._names, values, strict=False))  # one query, one length
        for name, convert in self._converters:
            value = row[name]
            if value is not None:
                row[name] = convert(value)
        return row


def _converter(kind: object) -> Converter | None:
    """How a value of this column type is made from its JSON form; None where it is the same."""
    if isinstance(kind, Instant):
        return instant
    if isinstance(kind, Json):
        return _decode
    if isinstance(kind, Boolean):
        return bool
    return None


def _decode(text: str) -> Any:
    return {} if text == "{}" else msgspec.json.decode(text)
