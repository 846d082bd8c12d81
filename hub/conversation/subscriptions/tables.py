"""Tables of subscriptions, and of who wants to be sent nothing at all."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, String, Table, text

from hub.kernel.columns import Instant, metadata

__all__ = ["silent_readers", "subscriptions"]

_RUNS = text("ended_at IS NULL")

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("account", String(128), nullable=False),
    Column("sender", String(128), nullable=False),
    Column("topic", String(16), nullable=False),
    Column("value", String(200), nullable=False),
    Column("label", String(200), nullable=False),
    Column("pace", String(16), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ended_at", Instant),
    CheckConstraint("value <> ''", name="says_what"),
    # one running subscription of a reader to a thing, and the way to a reader's own
    Index(
        "ix_subscriptions_reader",
        "channel",
        "account",
        "sender",
        "topic",
        "value",
        unique=True,
        sqlite_where=_RUNS,
        postgresql_where=_RUNS,
    ),
    Index(
        "ix_subscriptions_wish",
        "topic",
        "value",
        "id",
        sqlite_where=_RUNS,
        postgresql_where=_RUNS,
    ),
)

silent_readers = Table(
    "silent_readers",
    metadata,
    Column("channel", String(32), primary_key=True),
    Column("account", String(128), primary_key=True),
    Column("sender", String(128), primary_key=True),
    Column("since", Instant, nullable=False),
)
