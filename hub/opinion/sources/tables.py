"""The table of sources."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, text

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["opinion_sources"]

_ACTIVE = text("state = 'active'")

opinion_sources = Table(
    "opinion_sources",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("name", String(24), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("url", Text, nullable=False),
    Column("every_seconds", Integer, nullable=False),
    Column("paths", Json, nullable=False),
    Column("signal_kind", String(16), nullable=False),
    Column("trust", String(16), nullable=False),
    Column("body_id", String(26), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("added_by", String(64), nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("etag", String(500), nullable=False),
    Column("last_modified", String(100), nullable=False),
    Column("read_at", Instant),
    Column("last_error", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("items_seen", Integer, nullable=False),
    Column("items_new", Integer, nullable=False),
    Column("undated", Integer, nullable=False),
    Index("ix_opinion_sources_due", "next_at", sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
)
