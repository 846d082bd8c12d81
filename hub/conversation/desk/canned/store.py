"""SQL of canned answers: one function per question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from hub.conversation.desk.canned.models import Canned
from hub.conversation.desk.canned.tables import desk_canned
from hub.kernel.database import Transaction

__all__ = ["find", "of_body", "put", "retire"]

_c = desk_canned.c


def find(connection: Connection, body_id: str, key: str) -> Canned | None:
    """The answer of that key, retired or not."""
    query = select(desk_canned).where(_c.body_id == body_id, _c.key == key)
    row = connection.execute(query).first()
    return None if row is None else _canned(row)


def of_body(connection: Connection, body_id: str) -> list[Canned]:
    """Those in use, by key."""
    query = select(desk_canned).where(_c.body_id == body_id, _c.retired_at.is_(None))
    return [_canned(row) for row in connection.execute(query.order_by(_c.key))]


def put(tx: Transaction, canned: Canned) -> None:
    """Keep it, in the place of what had its id."""
    values = {name: getattr(canned, name) for name in canned.__dataclass_fields__}
    values["items"] = dict(canned.items)
    if not tx.execute(update(desk_canned).where(_c.id == canned.id).values(**values)).rowcount:
        tx.execute(insert(desk_canned).values(**values))


def retire(tx: Transaction, canned_id: str, at: datetime) -> bool:
    """False where it was retired before."""
    mine = (_c.id == canned_id, _c.retired_at.is_(None))
    return tx.execute(update(desk_canned).where(*mine).values(retired_at=at)).rowcount == 1


def _canned(row: Row[Any]) -> Canned:
    return Canned(**row._asdict())
