"""Tables of watches. A signal may belong to many watches."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Integer, String, Table

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["watch_signals", "watches"]

watches = Table(
    "watch_topics",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("name", String(60), nullable=False, unique=True),
    Column("include", Json, nullable=False),
    Column("exclude", Json, nullable=False),
    Column("places", Json, nullable=False),
    Column("channels", Json, nullable=False),
    Column("state", String(16), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("cursor", String(26), nullable=False),
    Column("signals", Integer, nullable=False),
)

watch_signals = Table(
    "watch_topic_signals",
    metadata,
    Column("watch_id", String(26), primary_key=True),
    Column("signal_id", String(26), primary_key=True),
    Column("day", Date),
    Index("ix_watch_topic_signals_day", "watch_id", "day"),
)
