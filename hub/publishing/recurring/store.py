"""SQL over recurring posts: one function per question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select, text, update

from hub.kernel.database import Transaction
from hub.organisations.models import Selection
from hub.publishing.recurring.models import Occurrence, Recurrence, RecurrenceState
from hub.publishing.recurring.tables import occurrences, recurrences

__all__ = [
    "add_occurrence",
    "add_recurrence",
    "change",
    "due_recurrences",
    "get_recurrence",
    "list_recurrences",
    "lock_recurrence",
    "occurrences_of",
]

_r, _o = recurrences.c, occurrences.c


def add_recurrence(tx: Transaction, one: Recurrence) -> None:
    values = {f.name: getattr(one, f.name) for f in fields(one)}
    chosen = {f.name: getattr(one.selection, f.name) for f in fields(one.selection)}
    values["selection"] = {name: value for name, value in chosen.items() if value}
    tx.execute(insert(recurrences).values(**_stored(values)))


def change(tx: Transaction, recurrence_id: str, **values: Any) -> None:
    tx.execute(update(recurrences).where(_r.id == recurrence_id).values(**_stored(values)))


def get_recurrence(connection: Connection, recurrence_id: str) -> Recurrence | None:
    row = connection.execute(select(recurrences).where(_r.id == recurrence_id)).first()
    return None if row is None else _recurrence(row)


def lock_recurrence(tx: Transaction, recurrence_id: str) -> Recurrence | None:
    """The recurrence, which no other process changes before this transaction ends."""
    query = select(recurrences).where(_r.id == recurrence_id).with_for_update()
    row = tx.connection.execute(query).first()
    return None if row is None else _recurrence(row)


def list_recurrences(connection: Connection, limit: int = 100) -> list[Recurrence]:
    """The newest first."""
    query = select(recurrences).order_by(_r.id.desc()).limit(limit)
    return [_recurrence(row) for row in connection.execute(query)]


def due_recurrences(connection: Connection, until: datetime) -> list[str]:
    """The ids of active recurrences whose next occurrence is before `until`."""
    query = select(_r.id).where(text("recurrences.state = 'active'"), _r.next_at < until)
    return list(connection.execute(query.order_by(_r.next_at, _r.id)).scalars())


def add_occurrence(tx: Transaction, one: Occurrence) -> None:
    values = {f.name: getattr(one, f.name) for f in fields(one)}
    values["plan_id"] = one.plan_id or None
    tx.execute(insert(occurrences).values(**_stored(values)))


def occurrences_of(
    connection: Connection, recurrence_id: str, *, after: datetime | None = None, limit: int = 20
) -> list[Occurrence]:
    """What was dealt with, the newest first, or only what is later than `after`."""
    query = select(occurrences).where(_o.recurrence_id == recurrence_id)
    if after is not None:
        query = query.where(_o.at > after)
    rows = connection.execute(query.order_by(_o.at.desc()).limit(limit))
    return [_occurrence(row) for row in rows]


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Wall-clock times as text: they are no instants."""
    walls = {"starts", "next_wall", "wall"}
    return {
        name: value.isoformat() if name in walls and value is not None else value
        for name, value in values.items()
    }


def _recurrence(row: Row[Any]) -> Recurrence:
    values = row._asdict()
    wall = values["next_wall"]
    return Recurrence(
        **values
        | {
            "selection": msgspec.convert(row.selection, Selection),
            "state": RecurrenceState(row.state),
            "starts": datetime.fromisoformat(row.starts),
            "next_wall": datetime.fromisoformat(wall) if wall else None,
        }
    )


def _occurrence(row: Row[Any]) -> Occurrence:
    values = row._asdict()
    return Occurrence(
        **values | {"plan_id": row.plan_id or "", "wall": datetime.fromisoformat(row.wall)}
    )
