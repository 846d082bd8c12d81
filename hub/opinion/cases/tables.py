"""Tables of cases and their clocks."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, text

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["case_deadlines", "case_joint", "cases"]

cases = Table(
    "cases",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("title", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("level", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("issue_id", String(26), nullable=False),
    Column("signal_id", String(26), nullable=False),
    Column("body_id", String(26), nullable=False),
    Column("joint", Json, nullable=False),
    Column("reason", Text, nullable=False),
    Column("assessment", Text, nullable=False),
    Column("disposal", Text, nullable=False),
    Column("item_id", String(26), nullable=False),
    Column("satisfaction", Integer, nullable=False),
    Column("review", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("opened_by", String(64), nullable=False),
    Column("responded_at", Instant),
    Column("closed_at", Instant),
    Column("assignee", String(64), nullable=False),
    Index("ix_cases_body", "body_id", "id"),
    Index("ix_cases_state", "state", "id"),
    Index("ix_cases_issue", "issue_id"),
    Index("ix_cases_item", "item_id"),
    Index("ix_cases_assignee", "assignee", "id"),
)

# `cases.joint` once more, by body: the board of a body that takes part asks by it
case_joint = Table(
    "case_joint",
    metadata,
    Column("case_id", String(26), primary_key=True),
    Column("body_id", String(26), primary_key=True),
    Index("ix_case_joint_body", "body_id", "case_id"),
)

case_deadlines = Table(
    "case_deadlines",
    metadata,
    Column("case_id", String(26), primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    Column("source", String(60), nullable=False),
    Column("explained_zh", Text, nullable=False),
    Column("explained_en", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("met_at", Instant),
    Column("told", String(20), nullable=False),
    Index("ix_case_deadlines_due", "due_at", "case_id"),
    Index(
        "ix_case_deadlines_open",
        "due_at",
        sqlite_where=text("met_at IS NULL"),
        postgresql_where=text("met_at IS NULL"),
    ),
)
