"""Many rows read as one JSON text: packed by the database in C, made into values in C as well.

A driver hands rows over value by value under Python's global lock; where hundreds of whole rows
are read at a time, that, and making each into a value, cost more than the query.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Boolean, Column, Connection, Select, Text, cast, func, literal_column, select

from hub.kernel.columns import Instant, Json

__all__ = ["PackedQuery"]

T = TypeVar("T")

# How a column becomes what JSON knows: a moment in ISO 8601, kept values and flags as they are.
# An operator with NULL gives NULL on both databases.
_SQLITE: Mapping[type, str] = {
    Instant: "strftime('%Y-%m-%dT%H:%M:%S', {0} / 1000000, 'unixepoch')"
    " || printf('.%06dZ', {0} % 1000000)",
    Json: "json({0})",
    Boolean: "json(CASE WHEN {0} THEN 'true' ELSE 'false' END)",
}
_POSTGRES: Mapping[type, str] = {
    Instant: "to_char(to_timestamp({0} / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS')"
    " || '.' || lpad(({0} % 1000000)::text, 6, '0') || 'Z'",
    Json: "{0}::json",
}


class PackedQuery(Generic[T]):
    """`source` selects whole rows; each becomes a `kind`, a dataclass with the columns as fields.

    The order of `source` is kept on both databases but promised by neither: sort again where it
    matters.
    """

    def __init__(self, kind: type[T], source: Select[Any]) -> None:
        self._decoder = msgspec.json.Decoder(list[kind])  # type: ignore[valid-type]
        inner = source.subquery("packed")
        together = func.json_agg(func.json_build_object(*_pairs(inner.c, _POSTGRES)))
        self._queries = {
            "sqlite": select(
                func.json_group_array(func.json_object(*_pairs(inner.c, _SQLITE)))
            ).select_from(inner),
            "postgresql": select(func.coalesce(cast(together, Text), "[]")).select_from(inner),
        }

    def values(
        self, connection: Connection, parameters: Mapping[str, Any] | None = None
    ) -> list[T]:
        query = self._queries[connection.dialect.name]
        values: list[T] = self._decoder.decode(connection.execute(query, parameters).scalar_one())
        return values


def _pairs(columns: Any, forms: Mapping[type, str]) -> list[Any]:
    """name, value, name, value … of a JSON object; names are constants of our own tables."""
    pairs: list[Any] = []
    for column in columns:
        pairs += literal_column(f"'{column.name}'"), _shaped(column, forms)
    return pairs


def _shaped(column: Column[Any], forms: Mapping[type, str]) -> Any:
    form = forms.get(type(column.type))
    return column if form is None else literal_column(form.format(f"packed.{column.name}"))
