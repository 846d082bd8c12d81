"""SQL about index numbers: one function per question."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from hub.catalogue.numbering.tables import index_serials, retired_index_numbers
from hub.catalogue.tables import items
from hub.kernel.database import Transaction

__all__ = ["draw", "holder", "raise_to", "retire", "taken"]

_s, _r = index_serials.c, retired_index_numbers.c
_CHUNK = 5_000  # numbers per query


def draw(tx: Transaction, body_id: str, year: int, count: int = 1) -> int:
    """Take the body's next `count` serial numbers of a year; the first of them.

    One statement: whoever else draws for this body and year waits until this transaction ends.
    """
    first = _upsert(tx).values(body_id=body_id, year=year, last=count)
    more = first.on_conflict_do_update(
        index_elements=[_s.body_id, _s.year], set_={"last": _s.last + count}
    )
    return int(tx.execute(more.returning(_s.last)).scalar_one()) - count + 1


def raise_to(tx: Transaction, body_id: str, year: int, serial: int) -> None:
    """A number with this serial came from elsewhere: the next one drawn is above it."""
    highest = func.max if tx.connection.dialect.name == "sqlite" else func.greatest
    first = _upsert(tx).values(body_id=body_id, year=year, last=serial)
    tx.execute(
        first.on_conflict_do_update(
            index_elements=[_s.body_id, _s.year], set_={"last": highest(_s.last, serial)}
        )
    )


def holder(connection: Connection, body_id: str, index_no: str) -> str:
    """The id of the item that has or had this number; empty where none did."""
    return taken(connection, body_id, [index_no]).get(index_no, "")


def taken(connection: Connection, body_id: str, numbers: Collection[str]) -> dict[str, str]:
    """Of these numbers, those that a body's items have or had, each with the item's id."""
    found: dict[str, str] = {}
    wanted = list(numbers)
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        for table, id_column in ((items, items.c.id), (retired_index_numbers, _r.item_id)):
            query = select(table.c.index_no, id_column).where(
                table.c.body_id == body_id, table.c.index_no.in_(chunk)
            )
            found |= {row[0]: row[1] for row in connection.execute(query)}
    return found


def retire(tx: Transaction, body_id: str, index_no: str, item_id: str, at: datetime) -> None:
    """The item has another number now; this one is never given again."""
    values = {"body_id": body_id, "index_no": index_no, "item_id": item_id, "retired_at": at}
    tx.execute(insert(retired_index_numbers).values(**values))


def _upsert(tx: Transaction) -> postgresql.Insert | sqlite.Insert:
    if tx.connection.dialect.name == "postgresql":
        return postgresql.insert(index_serials)
    return sqlite.insert(index_serials)
