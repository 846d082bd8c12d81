"""The tables of posting times, of the slots that are booked, and of blackout periods."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, text

from hub.kernel.columns import Instant, Json, metadata
from hub.organisations.tables import one_of
from hub.publishing.tables import deliveries
from hub.publishing.timing.models import Days

__all__ = ["blackouts", "posting_times", "slot_bookings"]

_ID = String(26)

posting_times = Table(
    "posting_times",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("account_id", _ID, ForeignKey("accounts.id")),
    Column("group_id", _ID, ForeignKey("account_groups.id")),
    Column("minute", Integer, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("weekdays", Json, nullable=False),
    Column("days", String(16), nullable=False),
    one_of("days", Days),
    CheckConstraint("minute >= 0 AND minute < 1440", name="minute_of_a_day"),
    CheckConstraint("(account_id IS NULL) <> (group_id IS NULL)", name="one_owner"),
    Index("ix_posting_times_account_id", "account_id"),
    Index("ix_posting_times_group_id", "group_id"),
)

# The key is the guarantee that two plans never get the same slot of an account. A booking holds as
# long as its delivery may still go out at that very time; the delivery's own row says so.
slot_bookings = Table(
    "slot_bookings",
    metadata,
    Column("account_id", _ID, ForeignKey("accounts.id"), primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("delivery_id", _ID, ForeignKey(deliveries.c.id), nullable=False),
    Index("ix_slot_bookings_delivery_id", "delivery_id"),
)

blackouts = Table(
    "blackouts",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("body_id", _ID, ForeignKey("bodies.id")),
    Column("channel", String(32), nullable=False, server_default=""),
    Column("created_by", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("lifted_at", Instant),
    CheckConstraint("ends_at > starts_at", name="lasts"),
    CheckConstraint("name <> ''", name="named"),
    Index(
        "ix_blackouts_ends_at",
        "ends_at",
        sqlite_where=text("lifted_at IS NULL"),
        postgresql_where=text("lifted_at IS NULL"),
    ),
)
