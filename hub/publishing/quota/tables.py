"""The quota ledger: one row per slot that is held or spent.

The primary key is the guarantee: a slot's number is taken once, whoever plans at the same time,
and no number above the quota's count is ever asked for. A reserved slot belongs to its delivery as
long as that may still go out; nobody has to give it back when a delivery is cancelled, expires or
fails, because the delivery's own state says so.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, text

from hub.kernel.columns import Instant, metadata
from hub.organisations.tables import one_of
from hub.publishing.quota.models import SlotState
from hub.publishing.tables import deliveries

__all__ = ["quota_slots"]

_RESERVED = text("state = 'reserved'")

quota_slots = Table(
    "quota_slots",
    metadata,
    Column("account_id", String(26), ForeignKey("accounts.id"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("starts_at", Instant, primary_key=True),
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("delivery_id", String(26), ForeignKey(deliveries.c.id), nullable=False),
    Column("state", String(16), nullable=False),
    one_of("state", SlotState),
    CheckConstraint("no > 0", name="no_positive"),
    # A delivery holds one slot of a period; a second one only when the first is spent for good.
    Index(
        "uq_quota_slots_delivery",
        "delivery_id",
        "kind",
        "starts_at",
        unique=True,
        sqlite_where=_RESERVED,
        postgresql_where=_RESERVED,
    ),
    Index(
        "ix_quota_slots_reserved",
        "starts_at",
        sqlite_where=_RESERVED,
        postgresql_where=_RESERVED,
    ),
)
