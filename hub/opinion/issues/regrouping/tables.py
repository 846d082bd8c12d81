"""Tables of regrouping: every merge and split for ever, and suggestions that were refused."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["issue_changes", "issue_refusals"]

issue_changes = Table(
    "issue_changes",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("issue_id", String(26), nullable=False),
    Column("others", Json, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_issue_changes_issue", "issue_id"),
)

issue_refusals = Table(
    "issue_refusals",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("issue_id", String(26), primary_key=True),
    Column("other", String(26), primary_key=True),
    Column("signals", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("at", Instant, nullable=False),
)
