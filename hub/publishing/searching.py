"""Looking for deliveries by what people ask: answered from an index, also among millions.

SQLite uses a partial index only where its condition stands in the statement word for word, so
each group of states is asked for as its index has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, UnaryExpression, select

from hub.publishing.ledger import row_to_delivery
from hub.publishing.models import HALTED, HELD, Delivery, DeliveryState
from hub.publishing.tables import deliveries, in_states, plans

__all__ = ["find_deliveries"]

_S = DeliveryState
_d = deliveries.c
# By state: the conditions of the index that knows such deliveries, and the order that it has.
# Without an entry a state is so common that the first rows by id are found at once.
_GROUPS: Mapping[DeliveryState, tuple[DeliveryState, ...]] = {
    **dict.fromkeys(HALTED, HALTED),
    **dict.fromkeys(HELD, HELD),
}
_ORDERS: Mapping[DeliveryState, tuple[ColumnElement[Any] | UnaryExpression[Any], ...]] = {
    _S.PLANNED: (_d.due_at, _d.id),
    _S.READY: (_d.priority.desc(), _d.due_at, _d.id),
}


def find_deliveries(
    connection: Connection,
    *,
    state: str = "",
    channel: str = "",
    plan_id: str = "",
    account_id: str = "",
    reason: str = "",
    item_id: str = "",
    limit: int = 100,
) -> list[Delivery]:
    """Deliveries in the order they were made, each filter narrowing.

    Those of state `planned` come by their due time, those of state `ready` urgent first.
    """
    query = _of_state(_S(state)) if state else select(deliveries).order_by(_d.id)
    wanted = {"channel": channel, "plan_id": plan_id, "account_id": account_id, "reason": reason}
    for column, value in wanted.items():
        if value:
            query = query.where(_d[column] == value)
    if item_id:
        query = query.where(_d.plan_id.in_(select(plans.c.id).where(plans.c.item_id == item_id)))
    return [row_to_delivery(row) for row in connection.execute(query.limit(limit))]


def _of_state(state: DeliveryState) -> Select[Any]:
    query = select(deliveries).where(in_states(state))
    if state in _GROUPS:
        query = query.where(in_states(*_GROUPS[state]))
    return query.order_by(*_ORDERS.get(state, (_d.id,)))
