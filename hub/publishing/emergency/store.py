"""SQL of emergencies: one function per question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from hub.catalogue.tables import items
from hub.kernel.database import Transaction
from hub.organisations.authority.sight import Sight
from hub.publishing.emergency.models import Order
from hub.publishing.emergency.tables import emergencies
from hub.publishing.models import DeliveryState
from hub.publishing.tables import deliveries, plans

__all__ = ["Counted", "add_order", "counted", "get_order", "newest_orders"]

_e, _d = emergencies.c, deliveries.c


@dataclass(frozen=True, slots=True)
class Counted:
    """Deliveries of a plan that stand alike; `first` and `last` are when they were handed over."""

    state: DeliveryState
    reason: str
    error_code: str
    error_zh: str
    error_en: str
    count: int
    first: datetime | None
    last: datetime | None


def add_order(tx: Transaction, order: Order) -> None:
    tx.execute(
        insert(emergencies).values(
            plan_id=order.plan_id,
            ordered_by=order.ordered_by,
            ordered_at=order.ordered_at,
            reason=order.reason,
            deliveries=order.deliveries,
            displaced=order.displaced,
            finish_at=order.finish_at,
        )
    )


def get_order(connection: Connection, plan_id: str) -> Order | None:
    row = connection.execute(_orders().where(_e.plan_id == plan_id)).first()
    return None if row is None else _order(row)


def newest_orders(connection: Connection, sight: Sight, limit: int) -> list[Order]:
    """Of items of bodies in sight, the newest first."""
    query = _orders().order_by(_e.ordered_at.desc())
    if not sight.whole:
        query = query.where(items.c.body_id.in_(sight.bodies))
    return [_order(row) for row in connection.execute(query.limit(limit))]


def counted(connection: Connection, plan_id: str) -> list[Counted]:
    """The plan's deliveries by how they stand, those of one platform's answer together."""
    alike = (_d.state, _d.reason, _d.error_code)
    query = (
        select(
            *alike,
            func.min(_d.error_zh).label("error_zh"),
            func.min(_d.error_en).label("error_en"),
            func.count().label("count"),
            func.min(_d.handed_over_at).label("first"),
            func.max(_d.handed_over_at).label("last"),
        )
        .where(_d.plan_id == plan_id)
        .group_by(*alike)
        .order_by(func.count().desc())
    )
    return [
        Counted(**row._asdict() | {"state": DeliveryState(row.state)})
        for row in connection.execute(query)
    ]


def _orders() -> Select[Any]:
    return (
        select(emergencies, plans.c.item_id, items.c.title, items.c.body_id)
        .join(plans, plans.c.id == _e.plan_id)
        .join(items, items.c.id == plans.c.item_id)
    )


def _order(row: Row[Any]) -> Order:
    return Order(**row._asdict())
