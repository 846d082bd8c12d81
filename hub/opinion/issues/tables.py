"""Tables of issues. Counters per issue and day answer the hot list without a look at signals."""

from __future__ import annotations

from sqlalchemy import Column, Date, Float, Index, Integer, String, Table, Text

from hub.kernel.columns import Instant, Json, metadata

__all__ = [
    "issue_alarms",
    "issue_authors",
    "issue_days",
    "issue_signals",
    "issue_suggestions",
    "issues",
]

issues = Table(
    "issues",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("title", Text, nullable=False),
    Column("topic", String(60), nullable=False),
    Column("department", String(60), nullable=False),
    Column("place", String(60), nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False, index=True),
    Column("signals", Integer, nullable=False),
    Column("copies", Integer, nullable=False),
    Column("authors", Integer, nullable=False),
    Column("undated", Integer, nullable=False),
    Column("rumours", Integer, nullable=False),
    Column("verification", String(16), nullable=False),
    Column("merged_into", String(26), nullable=False),
    Column("terms", Json, nullable=False),
    Index("ix_issues_verification", "verification", "last_at"),
)

issue_signals = Table(
    "issue_signals",
    metadata,
    Column("signal_id", String(26), primary_key=True),
    Column("issue_id", String(26), nullable=False),
    Column("copy_of", String(26), nullable=False),
    Column("day", Date),
    Index("ix_issue_signals_issue", "issue_id", "signal_id"),
    Index("ix_issue_signals_copy_of", "copy_of"),
)

issue_days = Table(
    "issue_days",
    metadata,
    Column("issue_id", String(26), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("signals", Integer, nullable=False),
    Column("negative", Integer, nullable=False),
    Column("likes", Integer, nullable=False),
    Index("ix_issue_days_day", "day", "issue_id", "signals"),
)

issue_authors = Table(
    "issue_authors",
    metadata,
    Column("issue_id", String(26), primary_key=True),
    Column("author", String(32), primary_key=True),
)

# a burst from the day it was seen first; later days of the same one only move last_on
issue_alarms = Table(
    "issue_alarms",
    metadata,
    Column("issue_id", String(26), primary_key=True),
    Column("begun_on", Date, primary_key=True),
    Column("last_on", Date, nullable=False, index=True),
    Column("days", Integer, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("expected", Float, nullable=False),
    Column("chance", Float, nullable=False),
    Column("signals", Integer, nullable=False),
)

issue_suggestions = Table(
    "issue_suggestions",
    metadata,
    Column("issue_id", String(26), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("others", Json, nullable=False),
    Column("score", Float, nullable=False),
    Column("made_at", Instant, nullable=False),
)
