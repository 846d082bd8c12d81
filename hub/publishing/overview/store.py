"""SQL that counts by the partial indexes over what has not ended: one function per question."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, TextClause, and_, func, literal, select

from hub.catalogue.tables import items
from hub.publishing.models import DeliveryState
from hub.publishing.overview.models import MOST
from hub.publishing.tables import deliveries, in_states, plans

__all__ = ["count", "late_since", "titles_of"]

_d = deliveries.c


def count(connection: Connection, state: DeliveryState) -> int:
    """Deliveries of one state, up to MOST."""
    return _capped(connection, in_states(state))


def late_since(connection: Connection, before: datetime) -> tuple[int, datetime | None]:
    """How many were due before that moment and have not begun, and when the oldest was due."""
    total, oldest = 0, []
    for state in (DeliveryState.PLANNED, DeliveryState.READY):
        late = and_(in_states(state), _d.due_at < before)
        total += _capped(connection, late)
        first = connection.execute(select(func.min(_d.due_at)).where(late)).scalar()
        oldest += [first] if first is not None else []
    return min(total, MOST), min(oldest, default=None)


def titles_of(connection: Connection, plan_ids: Collection[str]) -> dict[str, str]:
    """The current title of what each plan publishes, by the plan's id."""
    query = select(plans.c.id, items.c.title).join(items, items.c.id == plans.c.item_id)
    rows = connection.execute(query.where(plans.c.id.in_(plan_ids)))
    return {row.id: row.title for row in rows}


def _capped(connection: Connection, condition: ColumnElement[bool] | TextClause) -> int:
    found = select(literal(1)).select_from(deliveries).where(condition).limit(MOST).subquery()
    return connection.execute(select(func.count()).select_from(found)).scalar_one()
