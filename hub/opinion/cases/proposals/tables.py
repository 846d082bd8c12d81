"""The table of proposals; an issue has one that is open at most."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, text

from hub.kernel.columns import Instant, metadata

__all__ = ["case_proposals"]

_OPEN = text("state = 'open'")

case_proposals = Table(
    "case_proposals",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("issue_id", String(26), nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("level", String(16), nullable=False),
    Column("reason_zh", Text, nullable=False),
    Column("reason_en", Text, nullable=False),
    Column("week", Integer, nullable=False),
    Column("acute", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("case_id", String(26), nullable=False),
    Column("settled_at", Instant),
    Column("settled_by", String(64), nullable=False),
    Column("why", Text, nullable=False),
    Index("ix_case_proposals_issue", "issue_id", "id"),
    Index(
        "uq_case_proposals_open",
        "issue_id",
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
)
