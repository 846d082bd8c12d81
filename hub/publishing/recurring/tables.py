"""The tables of recurring posts. An occurrence is dealt with once: the key says so."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, text

from hub.kernel.columns import Instant, Json, metadata
from hub.organisations.tables import one_of
from hub.publishing.recurring.models import RecurrenceState
from hub.publishing.tables import plans

__all__ = ["occurrences", "recurrences"]

_ID = String(26)
_ACTIVE = text("state = 'active'")

recurrences = Table(
    "recurrences",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("item_id", _ID, ForeignKey("items.id"), nullable=False),
    Column("selection", Json, nullable=False),
    Column("rule", String(500), nullable=False),
    Column("starts", String(32), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("not_after_minutes", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("next_wall", String(32)),
    Column("next_at", Instant),
    Column("trouble_zh", Text, nullable=False, server_default=""),
    Column("trouble_en", Text, nullable=False, server_default=""),
    Column("created_by", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    one_of("state", RecurrenceState),
    Index("ix_recurrences_next_at", "next_at", sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
    Index("ix_recurrences_item_id", "item_id"),
)

occurrences = Table(
    "occurrences",
    metadata,
    Column("recurrence_id", _ID, ForeignKey("recurrences.id"), primary_key=True),
    Column("key", String(20), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("wall", String(32), nullable=False),
    Column("plan_id", _ID, ForeignKey(plans.c.id)),
    Column("left_out", Integer, nullable=False, server_default="0"),
    Column("reason_zh", Text, nullable=False, server_default=""),
    Column("reason_en", Text, nullable=False, server_default=""),
    Index("ix_occurrences_plan_id", "plan_id"),
)
