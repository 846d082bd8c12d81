"""Tables of briefs: what was made, who gets it, and whether it got there."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Integer, String, Table, Text, UniqueConstraint, text

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["brief_sends", "brief_subscribers", "briefs"]

_UNSENT = text("state = 'waiting'")

briefs = Table(
    "briefs",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("number", String(40), nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("files", Json, nullable=False),
    Column("model", Json, nullable=False),
    Column("report_id", String(26), nullable=False),
    Column("choice", String(64), nullable=False),
    Column("owner", String(64), nullable=False),
    UniqueConstraint("kind", "choice", "first", "last"),
    Index("ix_briefs_report", "report_id", "first"),
)

brief_subscribers = Table(
    "brief_subscribers",
    metadata,
    Column("address", String(254), primary_key=True),
    Column("kinds", Json, nullable=False),
    Column("since", Instant, nullable=False),
    Column("by", String(64), nullable=False),
)

# Written before the call: a crash neither loses a message nor sends one twice by itself.
brief_sends = Table(
    "brief_sends",
    metadata,
    Column("brief_id", String(26), primary_key=True),
    Column("address", String(254), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", Instant),
    Column("error", Text, nullable=False),
    Index("ix_brief_sends_waiting", "next_at", sqlite_where=_UNSENT, postgresql_where=_UNSENT),
)
