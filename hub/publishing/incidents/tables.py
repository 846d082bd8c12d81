"""Tables of incidents: what went wrong, to which deliveries, and whom we told."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["alerts", "feed_cursors", "incident_deliveries", "incidents"]

_ID = String(26)
_GOING_ON = text("state <> 'closed'")
_UNSENT = text("state IN ('waiting', 'sending')")

incidents = Table(
    "incidents",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("cause", String(128), nullable=False),
    Column("plan_id", _ID, nullable=False, server_default=""),
    Column("state", String(16), nullable=False),
    Column("count", Integer, nullable=False),
    Column("told", Integer, nullable=False, server_default="0"),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("resumed_at", Instant),
    Column("closed_at", Instant),
    Column("closed_by", String(64), nullable=False, server_default=""),
    Index(
        "ix_incidents_going_on",
        "channel",
        "cause",
        "last_at",
        sqlite_where=_GOING_ON,
        postgresql_where=_GOING_ON,
    ),
    Index("ix_incidents_last", "last_at"),
)

incident_deliveries = Table(
    "incident_deliveries",
    metadata,
    Column("incident_id", _ID, ForeignKey("incidents.id"), primary_key=True),
    Column("delivery_id", _ID, ForeignKey("deliveries.id"), primary_key=True),
    sqlite_with_rowid=False,
)

# Written before it is sent: a crash neither loses an alert nor repeats it more than once.
alerts = Table(
    "alerts",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("incident_id", _ID, ForeignKey("incidents.id")),  # none: a reminder
    Column("kind", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("repeats", Integer, nullable=False, server_default="0"),
    Column("told", Json, nullable=False, server_default="[]"),
    Column("created_at", Instant, nullable=False),
    Column("next_at", Instant),
    Index("ix_alerts_incident", "incident_id"),
    Index("ix_alerts_unsent", "next_at", sqlite_where=_UNSENT, postgresql_where=_UNSENT),
)

# How far a reader of the audit chain has come.
feed_cursors = Table(
    "feed_cursors",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
