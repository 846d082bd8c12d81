"""Tables of clarifications and what they answer."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, String, Table, Text

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["clarifications", "clarified", "rumour_cursors"]

clarifications = Table(
    "clarifications",
    metadata,
    Column("item_id", String(26), primary_key=True),
    Column("title", Text, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("terms", Json, nullable=False),
)

clarified = Table(
    "clarified",
    metadata,
    Column("kind", String(8), primary_key=True),
    Column("subject_id", String(26), primary_key=True),
    Column("item_id", String(26), primary_key=True),
    Column("score", Float, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("refused", Boolean, nullable=False),
    Index("ix_clarified_item", "item_id"),
)

# How far each look has come.
rumour_cursors = Table(
    "rumour_cursors",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("after", String(26), nullable=False),  # of signals, the last one's id
)
