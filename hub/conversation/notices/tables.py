"""Tables of notices, of the messages they go in, and of how far the feed was followed."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["notice_cursors", "notice_messages", "notices"]

_RESULT = text("kind = 'result'")
_WAITING, _SENDING = text("state = 'waiting'"), text("state = 'sending'")

notices = Table(
    "notices",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("account", String(128), nullable=False),
    Column("sender", String(128), nullable=False),
    Column("item_id", String(26), nullable=False),
    Column("version", Integer, nullable=False),
    Column("about", String(26), nullable=False),
    Column("subscription_id", String(26), nullable=False),
    Column("pace", String(16), nullable=False),
    Column("correction", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("message_id", String(26), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("settled_at", Instant),
    # nobody is told twice, whatever is done again after a crash
    UniqueConstraint("sender", "account", "item_id", "version", "kind"),
    Index(
        "ix_notices_due",
        "account",
        "due_at",
        "id",
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    ),
    Index("ix_notices_item", "item_id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    Index("ix_notices_message", "message_id", "id"),
    Index("ix_notices_about", "about", sqlite_where=_RESULT, postgresql_where=_RESULT),
)

notice_messages = Table(
    "notice_messages",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("account", String(128), nullable=False),
    Column("sender", String(128), nullable=False),
    Column("carrier", String(16), nullable=False),
    Column("answer", Json, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("question_id", String(26), nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("tried_at", Instant, nullable=False),
    Column("ended_at", Instant),
    # one at a time per person
    Index(
        "ix_notice_messages_sending",
        "sender",
        "account",
        unique=True,
        sqlite_where=_SENDING,
        postgresql_where=_SENDING,
    ),
    Index("ix_notice_messages_person", "sender", "account", "begun_at"),
)

notice_cursors = Table(
    "notice_cursors",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
