"""Statements over many rows in one call: the rows travel as one JSON parameter.

Binding a row at a time costs Python time under its global lock; one JSON text is encoded in a
microsecond a row and unpacked by the database in C, while other threads run. Values must be what
the database stores: text, integers, dates as ISO 8601, booleans, or None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, CursorResult

__all__ = ["Bulk"]

_TYPES = {"text": "text", "int": "bigint", "date": "date", "flag": "boolean"}


class Bulk:
    """`template` is SQL with `{rows}` where a row source named `r` belongs.

    `columns` names the values of a row in their order, with `text`, `int`, `date` or `flag`
    for each. Further
    parameters follow the rows and stand as `{1}`, `{2}` … in the template.
    """

    def __init__(self, template: str, columns: Mapping[str, str]) -> None:
        self._template = template
        self._columns = tuple(columns.items())
        self._sql: dict[str, str] = {}

    def execute(
        self, connection: Connection, rows: Sequence[Sequence[Any]], *others: Any
    ) -> CursorResult[Any]:
        """Run the statement over `rows`; `others` are the further parameters."""
        dialect = connection.dialect.name
        sql = self._sql.get(dialect)
        if sql is None:
            sql = self._sql[dialect] = self._render(dialect, len(others))
        packed = msgspec.json.encode(rows).decode()
        return connection.exec_driver_sql(sql, (packed, *others))

    def _render(self, dialect: str, others: int) -> str:
        postgres = dialect == "postgresql"
        values = ", ".join(
            f"(j.value->>{i})::{_TYPES[kind]} AS {name}"
            if postgres
            else f"json_extract(j.value, '$[{i}]') AS {name}"
            for i, (name, kind) in enumerate(self._columns)
        )
        source = "jsonb_array_elements($1::jsonb)" if postgres else "json_each(?1)"
        markers = {str(n): f"${n + 1}" if postgres else f"?{n + 1}" for n in range(1, others + 1)}
        # names and types are constants of our own modules; values only travel as parameters
        rows = f"(SELECT {values} FROM {source} AS j) AS r"  # noqa: S608
        sql = self._template.replace("{rows}", rows)
        for name, marker in markers.items():
            sql = sql.replace(f"{{{name}}}", marker)
        return sql
