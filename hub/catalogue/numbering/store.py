"""SQL about index numbers: one function per question."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, insert

from hub.catalogue.numbering.tables import retired_index_numbers
from hub.kernel.bulk import Bulk
from hub.kernel.database import Transaction

__all__ = ["draw", "raise_to", "retire", "taken"]

_COUNTED = {"body_id": "text", "year": "int", "count": "int"}
_DRAW = Bulk(
    """
    INSERT INTO index_serials (body_id, year, last)
    SELECT r.body_id, r.year, r.count FROM {rows} WHERE true ORDER BY r.body_id, r.year
    ON CONFLICT (body_id, year) DO UPDATE SET last = index_serials.last + excluded.last
    RETURNING body_id, year, last
    """,
    _COUNTED,
)
_RAISE = Bulk(
    """
    INSERT INTO index_serials (body_id, year, last)
    SELECT r.body_id, r.year, r.count FROM {rows} WHERE true ORDER BY r.body_id, r.year
    ON CONFLICT (body_id, year) DO UPDATE SET last = excluded.last
    WHERE excluded.last > index_serials.last
    """,
    _COUNTED,
)
# CROSS JOIN keeps SQLite from reading the large table first; a plan by the index is the only good
_TAKEN = Bulk(
    """
    SELECT i.body_id, i.index_no, i.id FROM {rows} CROSS JOIN items AS i
    WHERE i.body_id = r.body_id AND i.index_no = r.index_no
    UNION ALL
    SELECT o.body_id, o.index_no, o.item_id FROM {rows} CROSS JOIN retired_index_numbers AS o
    WHERE o.body_id = r.body_id AND o.index_no = r.index_no
    """,
    {"body_id": "text", "index_no": "text"},
)

Years = Mapping[tuple[str, int], int]  # a number for each (body id, year)


def draw(tx: Transaction, counts: Years) -> dict[tuple[str, int], int]:
    """Take bodies' next serial numbers, so many of each year; the first of each.

    One statement: whoever else draws for such a body and year waits until this transaction ends.
    """
    drawn = tx.bulk(_DRAW, _sorted(counts)).mappings()
    return {(key := (row["body_id"], row["year"])): row["last"] - counts[key] + 1 for row in drawn}


def raise_to(tx: Transaction, serials: Years) -> None:
    """Numbers with these serials came from elsewhere: the next ones drawn are above them."""
    if serials:
        tx.bulk(_RAISE, _sorted(serials))


def taken(
    connection: Connection, numbers: Collection[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """Of these (body id, number), those that an item of the body has or had, with its id."""
    if not numbers:
        return {}
    found = _TAKEN.execute(connection, list(numbers)).mappings()
    return {(row["body_id"], row["index_no"]): row["id"] for row in found}


def retire(tx: Transaction, body_id: str, index_no: str, item_id: str, at: datetime) -> None:
    """The item has another number now; this one is never given again."""
    values = {"body_id": body_id, "index_no": index_no, "item_id": item_id, "retired_at": at}
    tx.execute(insert(retired_index_numbers).values(**values))


def _sorted(years: Years) -> list[tuple[str, int, int]]:
    """In one order for everybody, so that no two transactions wait for each other."""
    return [(body, year, number) for (body, year), number in sorted(years.items())]
