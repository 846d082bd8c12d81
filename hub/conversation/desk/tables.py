"""Tables of the desk."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
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

from hub.conversation.desk.models import DeskState, Notice, Reason, ReplyKind, ReplyState
from hub.kernel.columns import Instant, Json, metadata
from hub.organisations.tables import one_of

__all__ = ["desk_conversations", "desk_hours", "desk_replies"]

_OPEN = text("state <> 'closed'")
_LOOKED_AT = text("look_at IS NOT NULL")
_RATED = text("rated_at IS NOT NULL AND collected_at IS NULL")
_SENDING = text("state = 'sending'")

desk_conversations = Table(
    "desk_conversations",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("account_id", String(26), ForeignKey("accounts.id"), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("body_id", String(26), ForeignKey("bodies.id"), nullable=False),
    Column("sender", String(26), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("officer", String(64), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("waits_since", Instant),
    Column("due_at", Instant),
    Column("look_at", Instant),
    Column("told", String(16), nullable=False),
    Column("told_hours_at", Instant),
    Column("first_due_at", Instant),
    Column("first_taken_at", Instant),
    Column("first_answered_at", Instant),
    Column("first_officer", String(64), nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("closed_by", String(64), nullable=False),
    Column("reopen_until", Instant),
    Column("asked_at", Instant),
    Column("rating", Integer, nullable=False),
    Column("rated_at", Instant),
    Column("collected_at", Instant),
    Column("revision", Integer, nullable=False),
    one_of("state", DeskState),
    one_of("reason", Reason),
    one_of("told", Notice),
    CheckConstraint("rating BETWEEN 0 AND 5", name="rating_known"),
    # one authority answers a person at an account
    Index(
        "ix_desk_conversations_open",
        "sender",
        "account_id",
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    # who waits longest, then the newest of those who do not wait
    Index(
        "ix_desk_conversations_queue",
        "body_id",
        "waits_since",
        "opened_at",
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index("ix_desk_conversations_sender", "sender", "account_id", "id"),
    Index("ix_desk_conversations_body", "body_id", "opened_at"),
    Index(
        "ix_desk_conversations_rated",
        "rated_at",
        sqlite_where=_RATED,
        postgresql_where=_RATED,
    ),
    Index(
        "ix_desk_conversations_look",
        "look_at",
        sqlite_where=_LOOKED_AT,
        postgresql_where=_LOOKED_AT,
    ),
)

desk_replies = Table(
    "desk_replies",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("conversation_id", String(26), ForeignKey("desk_conversations.id"), nullable=False),
    Column("key", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("inbound_id", String(26), nullable=False),  # the message itself may be erased
    Column("officer", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("written_at", Instant, nullable=False),
    Column("text", Text, nullable=False),
    Column("cites", Json, nullable=False),
    Column("canned", String(64), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("ended_at", Instant),
    one_of("kind", ReplyKind),
    one_of("state", ReplyState),
    UniqueConstraint("conversation_id", "key"),
    Index("ix_desk_replies_inbound_id", "inbound_id"),
    Index(
        "ix_desk_replies_sending", "written_at", sqlite_where=_SENDING, postgresql_where=_SENDING
    ),
)

desk_hours = Table(
    "desk_hours",
    metadata,
    Column("body_id", String(26), ForeignKey("bodies.id"), primary_key=True),
    Column("hours", String(300), nullable=False),
    Column("limit_minutes", Integer, nullable=False),
    CheckConstraint("hours <> ''", name="said"),
    CheckConstraint("limit_minutes > 0", name="limited"),
)
