"""SQL about validity: one function per question."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, insert, select, update

from hub.catalogue.models import Validity
from hub.catalogue.tables import items
from hub.catalogue.validity.models import ValidityChange
from hub.catalogue.validity.tables import validity_changes
from hub.kernel.database import Transaction

__all__ = ["add_changes", "changes_of", "next_no", "set_validity"]

_v = validity_changes.c


def changes_of(connection: Connection, item_id: str) -> list[ValidityChange]:
    """Every decision about the item, oldest first."""
    query = select(validity_changes).where(_v.item_id == item_id).order_by(_v.no)
    return [
        ValidityChange(**row._asdict() | {"validity": Validity(row.validity)})
        for row in connection.execute(query)
    ]


def next_no(connection: Connection, item_id: str) -> int:
    query = select(func.coalesce(func.max(_v.no), 0) + 1).where(_v.item_id == item_id)
    return int(connection.execute(query).scalar_one())


def add_changes(tx: Transaction, changes: Sequence[ValidityChange]) -> None:
    rows = [{column.name: getattr(change, column.name) for column in _v} for change in changes]
    if rows:
        tx.execute(insert(validity_changes), rows)


def set_validity(tx: Transaction, change: ValidityChange) -> None:
    """The item's row says what was decided last."""
    values = {"validity": change.validity.value, "validity_since": change.since}
    tx.execute(update(items).where(items.c.id == change.item_id).values(**values))
