"""SQL over emergencies and the looks taken afterwards: one function per question."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, insert, not_, select, update

from hub.catalogue.tables import items
from hub.kernel.database import Transaction
from hub.organisations.store import subtree
from hub.review.models import ReviewStep
from hub.review.tables import approvals, signatures
from hub.review.urgency.models import AfterLook
from hub.review.urgency.tables import after_looks

__all__ = [
    "end_after_look",
    "get_after_look",
    "list_after_looks",
    "open_after_look",
    "open_emergencies",
    "set_emergency",
]

_a = approvals.c


def set_emergency(tx: Transaction, approval_id: str, by: str, reason: str, at: datetime) -> None:
    values = {"emergency_by": by, "emergency_reason": reason, "emergency_at": at}
    tx.execute(update(approvals).where(_a.id == approval_id).values(**values))


def open_emergencies(connection: Connection) -> list[str]:
    """Ids of emergencies that wait for a signature, the oldest first."""
    signed_off = exists().where(
        signatures.c.approval_id == _a.id, signatures.c.step == ReviewStep.SIGN_OFF.value
    )
    query = (
        select(_a.id)
        .join(items, items.c.id == _a.item_id)
        .where(
            _a.emergency_at.is_not(None),
            _a.void.is_(False),
            _a.returned_reason == "",
            _a.item_version == items.c.version,
            not_(signed_off),
        )
        .order_by(_a.emergency_at)
    )
    return list(connection.execute(query).scalars())


def open_after_look(tx: Transaction, approval_id: str, due_on: date | None) -> None:
    tx.execute(insert(after_looks).values(approval_id=approval_id, due_on=due_on))


def get_after_look(connection: Connection, approval_id: str) -> AfterLook | None:
    return next(iter(_looks(connection, after_looks.c.approval_id == approval_id)), None)


def list_after_looks(
    connection: Connection, *, body_id: str = "", every: bool = False, limit: int = 200
) -> list[AfterLook]:
    """Those nobody has taken yet, or every one; the longest due first."""
    conditions: list[ColumnElement[bool]] = []
    if not every:
        conditions.append(after_looks.c.confirmed.is_(None))
    if body_id:
        conditions.append(items.c.body_id.in_(subtree(body_id)))
    return _looks(connection, *conditions, limit=limit)


def end_after_look(
    tx: Transaction, approval_id: str, *, person_id: str, confirmed: bool, remark: str, at: datetime
) -> None:
    values = {"person_id": person_id, "confirmed": confirmed, "remark": remark, "at": at}
    this = after_looks.c.approval_id == approval_id
    tx.execute(update(after_looks).where(this).values(**values))


def _looks(
    connection: Connection, *conditions: ColumnElement[bool], limit: int = 1
) -> list[AfterLook]:
    query = (
        select(after_looks, _a.item_id, items.c.title)
        .join(approvals, _a.id == after_looks.c.approval_id)
        .join(items, items.c.id == _a.item_id)
        .where(*conditions)
        .order_by(after_looks.c.due_on, after_looks.c.approval_id)
        .limit(limit)
    )
    return [_read(row) for row in connection.execute(query)]


def _read(row: Row[Any]) -> AfterLook:
    values = row._asdict()
    confirmed = None if row.confirmed is None else bool(row.confirmed)
    return AfterLook(**values | {"confirmed": confirmed})
