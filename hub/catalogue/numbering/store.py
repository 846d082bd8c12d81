"""SQL about index numbers: one function per question."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, func, insert
from sqlalchemy.dialects import postgresql, sqlite

from hub.catalogue.numbering.tables import index_serials, retired_index_numbers
from hub.kernel.bulk import Bulk
from hub.kernel.database import Transaction

__all__ = ["draw", "raise_to", "retire", "taken"]

_s = index_serials.c


_DRAW = Bulk(
    """
    INSERT INTO index_serials (body_id, year, last)
    SELECT r.body_id, r.year, r.count FROM {rows} WHERE true ORDER BY r.year
    ON CONFLICT (body_id, year) DO UPDATE SET last = index_serials.last + excluded.last
    RETURNING year, last
    """,
    {"body_id": "text", "year": "int", "count": "int"},
)
_LOOK = """
    SELECT index_no, id FROM items
    WHERE body_id = {1} AND index_no IN (SELECT r.index_no FROM {rows})
    UNION ALL
    SELECT index_no, item_id FROM retired_index_numbers
    WHERE body_id = {1} AND index_no IN (SELECT r.index_no FROM {rows})
"""
_TAKEN = Bulk(_LOOK, {"index_no": "text"})


def draw(tx: Transaction, body_id: str, counts: Mapping[int, int]) -> dict[int, int]:
    """Take the body's next serial numbers, so many of each year; the first of each.

    One statement: whoever else draws for this body and year waits until this transaction ends.
    """
    rows = [(body_id, year, count) for year, count in sorted(counts.items())]
    drawn = tx.bulk(_DRAW, rows).mappings()
    return {row["year"]: row["last"] - counts[row["year"]] + 1 for row in drawn}


def raise_to(tx: Transaction, body_id: str, year: int, serial: int) -> None:
    """A number with this serial came from elsewhere: the next one drawn is above it."""
    highest = func.max if tx.connection.dialect.name == "sqlite" else func.greatest
    first = _upsert(tx).values(body_id=body_id, year=year, last=serial)
    tx.execute(
        first.on_conflict_do_update(
            index_elements=[_s.body_id, _s.year], set_={"last": highest(_s.last, serial)}
        )
    )


def taken(connection: Connection, body_id: str, numbers: Collection[str]) -> dict[str, str]:
    """Of these numbers, those that a body's items have or had, each with the item's id."""
    found = _TAKEN.execute(connection, [(number,) for number in numbers], body_id)
    return {row["index_no"]: row["id"] for row in found.mappings()}


def retire(tx: Transaction, body_id: str, index_no: str, item_id: str, at: datetime) -> None:
    """The item has another number now; this one is never given again."""
    values = {"body_id": body_id, "index_no": index_no, "item_id": item_id, "retired_at": at}
    tx.execute(insert(retired_index_numbers).values(**values))


def _upsert(tx: Transaction) -> postgresql.Insert | sqlite.Insert:
    if tx.connection.dialect.name == "postgresql":
        return postgresql.insert(index_serials)
    return sqlite.insert(index_serials)
