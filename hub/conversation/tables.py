"""Tables of conversations."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text, UniqueConstraint, text

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["conversation_optouts", "inbound_messages", "poll_cursors"]

_OPEN = text("state IN ('received', 'promised', 'sending')")
_UNMASKED = text("masked_at IS NULL")

inbound_messages = Table(
    "inbound_messages",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("account_id", String(26), ForeignKey("accounts.id"), nullable=False),
    Column("external_key", String(96), nullable=False),
    Column("sender", String(26), nullable=False),
    Column("address", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("event", String(16), nullable=False),
    Column("event_key", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("details", Json, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("answer", Json),
    Column("received_at", Instant, nullable=False),
    Column("answered_at", Instant),
    Column("masked_at", Instant),
    # the sender belongs to the key: nobody is given the answer to another person's message
    UniqueConstraint("sender", "external_key", "account_id"),
    Index("ix_inbound_messages_open", "received_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index(
        "ix_inbound_messages_unmasked",
        "received_at",
        sqlite_where=_UNMASKED,
        postgresql_where=_UNMASKED,
    ),
)

# whose words are not kept: they are answered all the same
conversation_optouts = Table(
    "conversation_optouts",
    metadata,
    Column("account_id", String(26), ForeignKey("accounts.id"), primary_key=True),
    Column("sender", String(26), primary_key=True),
    Column("since", Instant, nullable=False),
)

# how far an account's mentions, comments or updates have been read
poll_cursors = Table(
    "poll_cursors",
    metadata,
    Column("account_id", String(26), ForeignKey("accounts.id"), primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("polled_at", Instant, nullable=False),
)
