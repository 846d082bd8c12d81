"""The table of canned answers."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, Text, UniqueConstraint

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["desk_canned"]

desk_canned = Table(
    "desk_canned",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("body_id", String(26), ForeignKey("bodies.id"), nullable=False),
    Column("key", String(64), nullable=False),
    Column("title", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("items", Json, nullable=False),
    Column("set_by", String(64), nullable=False),
    Column("set_at", Instant, nullable=False),
    Column("retired_at", Instant),
    UniqueConstraint("body_id", "key"),
    CheckConstraint("key <> '' AND text <> ''", name="says_something"),
)
