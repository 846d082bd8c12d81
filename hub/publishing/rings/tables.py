"""Tables of rings. Only a plan that was ordered in rings has rows here."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, text

from hub.kernel.columns import Instant, metadata

__all__ = ["ring_deliveries", "rings"]

rings = Table(
    "rings",
    metadata,
    Column("plan_id", String(26), ForeignKey("plans.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", String(16), nullable=False),
    Column("error_share", Float, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("excused", Integer, nullable=False, server_default="0"),
    Column("waived", Boolean, nullable=False, server_default=text("false")),
    Column("released_at", Instant),
    Column("ended_at", Instant),
    Index(
        "ix_rings_running",
        "plan_id",
        sqlite_where=text("state = 'running'"),
        postgresql_where=text("state = 'running'"),
    ),
)

ring_deliveries = Table(
    "ring_deliveries",
    metadata,
    Column("delivery_id", String(26), ForeignKey("deliveries.id"), primary_key=True),
    Column("plan_id", String(26), ForeignKey("plans.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Index("ix_ring_deliveries_ring", "plan_id", "number"),
)
