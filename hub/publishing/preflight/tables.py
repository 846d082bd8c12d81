"""What was looked at and what was found wrong."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    text,
)

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["preflight_problems", "preflights"]

_ID = String(26)

# One row per check point that was passed; `tally` counts, by check, what was ok, a warning and
# blocking. A point that was missed names the later one whose look covered it.
preflights = Table(
    "preflights",
    metadata,
    Column("plan_id", _ID, ForeignKey("plans.id"), primary_key=True),
    Column("point", String(16), primary_key=True),
    Column("due_at", Instant, nullable=False),
    Column("checked_at", Instant, nullable=False),
    Column("covered_by", String(16), nullable=False, server_default=""),
    Column("tally", Json, nullable=False),
)

# What a check found wrong; what was well is only counted. `subject` is the id of the plan, edition,
# account or delivery, `latest` says that no later check point has looked since.
preflight_problems = Table(
    "preflight_problems",
    metadata,
    Column("plan_id", _ID, ForeignKey("plans.id"), primary_key=True),
    Column("point", String(16), primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("subject", _ID, primary_key=True),
    Column("severity", String(16), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("label", String(200), nullable=False),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("remedy_zh", Text, nullable=False),
    Column("remedy_en", Text, nullable=False),
    Column("latest", Boolean, nullable=False),
    CheckConstraint("severity IN ('warning', 'blocking')", name="severity_known"),
    Index(
        "ix_preflight_problems_latest",
        "plan_id",
        sqlite_where=text("latest"),
        postgresql_where=text("latest"),
    ),
)
