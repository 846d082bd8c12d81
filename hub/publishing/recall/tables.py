"""Tables of orders and follow-ups; the deliveries they lead to are in the ledger."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text

from hub.kernel.columns import Instant, metadata
from hub.publishing.recall.models import OrderKind, Way

__all__ = ["followups", "orders"]

_ID = String(26)


def _one_of(column: str, values: type[OrderKind] | type[Way]) -> str:
    return f"{column} IN ({', '.join(repr(str(v)) for v in values)})"


orders = Table(
    "orders",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("item_id", _ID, ForeignKey("items.id"), nullable=False),
    Column("item_version", Integer, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("ordered_by", String(64), nullable=False),
    Column("ordered_at", Instant, nullable=False),
    CheckConstraint(_one_of("kind", OrderKind), name="kind_known"),
    Index("ix_orders_item", "item_id"),
)

followups = Table(
    "followups",
    metadata,
    Column("delivery_id", _ID, ForeignKey("deliveries.id"), primary_key=True),
    Column("order_id", _ID, ForeignKey("orders.id"), nullable=False),
    Column("original_id", _ID, ForeignKey("deliveries.id"), nullable=False),
    Column("account_id", _ID, nullable=False),
    Column("way", String(16), nullable=False),
    CheckConstraint(_one_of("way", Way), name="way_known"),
    Index("ix_followups_order", "order_id", "account_id"),
    Index("ix_followups_original", "original_id"),
)
