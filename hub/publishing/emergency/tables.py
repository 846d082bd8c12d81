"""Tables of emergencies: who ordered one, why, and what was foretold."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from hub.kernel.columns import Instant, metadata

__all__ = ["emergencies"]

emergencies = Table(
    "emergencies",
    metadata,
    Column("plan_id", String(26), ForeignKey("plans.id"), primary_key=True),
    Column("ordered_by", String(64), nullable=False),
    Column("ordered_at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("deliveries", Integer, nullable=False),
    Column("displaced", Integer, nullable=False),
    # when the last one would be out, as it was foretold; NULL where none of them would be
    Column("finish_at", Instant),
    Index("ix_emergencies_ordered", "ordered_at"),
)
