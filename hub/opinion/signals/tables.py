"""Tables of signals. Who wrote them and what masking removed stand apart, sealed."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from hub.kernel.columns import GROWING, Instant, metadata

__all__ = ["signal_identities", "signal_originals", "signals"]

signals = Table(
    "signals",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("external_id", String(128), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("author", String(32), nullable=False),
    Column("event_at", Instant),
    Column("received_at", Instant, nullable=False),
    Column("body_id", String(26), nullable=False),
    Column("item_id", String(26), nullable=False),
    Column("place", String(60), nullable=False),
    Column("url", Text, nullable=False),
    Column("likes", Integer, nullable=False),
    Column("dislikes", Integer, nullable=False),
    Column("trust", String(16), nullable=False),
    Column("masked", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    UniqueConstraint("channel", "external_id"),
    Index("ix_signals_event_at", "event_at", "id", "place", "body_id"),
    Index("ix_signals_author", "author", "id"),
    Index("ix_signals_body", "body_id", "id"),
    Index("ix_signals_place", "place", "id"),
    Index("ix_signals_channel", "channel", "id"),
    Index(
        "ix_signals_waiting",
        "id",
        sqlite_where=text("state = 'collected'"),
        postgresql_where=text("state = 'collected'"),
    ),
    Index(
        "ix_signals_judged",
        "id",
        sqlite_where=text("state = 'judged'"),
        postgresql_where=text("state = 'judged'"),
    ),
    postgresql_with=GROWING,
)

signal_identities = Table(
    "signal_identities",
    metadata,
    Column("author", String(32), primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("kept_at", Instant, nullable=False, index=True),
)

signal_originals = Table(
    "signal_originals",
    metadata,
    Column("signal_id", String(26), primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("kept_at", Instant, nullable=False, index=True),
)
