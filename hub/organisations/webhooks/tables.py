"""The tables of webhooks, their messages and every attempt."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from hub.kernel.columns import Instant, metadata

__all__ = ["webhook_attempts", "webhook_messages", "webhooks"]

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("label", String(100), nullable=False),
    Column("url", String(2000), nullable=False),
    Column("kinds", Text, nullable=False),
    Column("after", BigInteger, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("why_off", String(200), nullable=False),
    Column("failing_since", Instant),
    Column("old_until", Instant),
    Column("sealed", Text, nullable=False),
    Column("old_sealed", Text, nullable=False),
)

webhook_messages = Table(
    "webhook_messages",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("webhook_id", String(26), ForeignKey("webhooks.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
    UniqueConstraint("webhook_id", "seq", "kind"),
    Index("ix_webhook_messages_webhook", "webhook_id", "id"),
    Index(
        "ix_webhook_messages_due",
        "next_at",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
)

webhook_attempts = Table(
    "webhook_attempts",
    metadata,
    Column("message_id", String(26), ForeignKey("webhook_messages.id"), primary_key=True),
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("status", Integer, nullable=False),
    Column("error", String(200), nullable=False),
)
