"""The table of questions about satisfaction."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint, text

from hub.kernel.columns import Instant, metadata

__all__ = ["satisfaction_questions"]

_OPEN = text("stars = 0")

satisfaction_questions = Table(
    "satisfaction_questions",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("account", String(128), nullable=False),
    Column("sender", String(128), nullable=False),
    Column("asking", String(16), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("stars", Integer, nullable=False),
    Column("answered_at", Instant),
    # nobody is asked twice about one thing
    UniqueConstraint("sender", "account", "asking", "subject"),
    Index(
        "ix_satisfaction_questions_open",
        "sender",
        "account",
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index("ix_satisfaction_questions_subject", "asking", "subject"),
)
