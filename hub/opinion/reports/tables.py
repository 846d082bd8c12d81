"""The table of reports' definitions; what they made are briefs."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text, UniqueConstraint

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["opinion_reports"]

opinion_reports = Table(
    "opinion_reports",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("choice", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("rhythm", String(8), nullable=False),
    Column("recipients", Json, nullable=False),
    Column("since", Instant),
    Column("stopped", Text, nullable=False),
    UniqueConstraint("owner", "name"),
)
