"""Working drafts: one for each person and item, so that nobody writes over anybody else."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["item_drafts"]

item_drafts = Table(
    "item_drafts",
    metadata,
    Column("item_id", String(26), ForeignKey("items.id"), primary_key=True),
    Column("login", String(64), primary_key=True),
    Column("base_version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("window", String(64), nullable=False),
    Column("typed", Json, nullable=False),
    Column("saved_at", Instant, nullable=False),
    CheckConstraint("revision > 0", name="kept_once"),
)
