"""The history of decisions about validity; the item's row has the newest."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table

from hub.catalogue.models import Validity
from hub.kernel.columns import Instant, metadata
from hub.organisations.tables import one_of

__all__ = ["validity_changes"]

validity_changes = Table(
    "validity_changes",
    metadata,
    Column("item_id", String(26), ForeignKey("items.id"), primary_key=True),
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("validity", String(16), nullable=False),
    Column("since", Date, nullable=False),
    Column("by_item_id", String(26), ForeignKey("items.id")),
    Column("basis", String(500), nullable=False, default=""),
    Column("actor", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    one_of("validity", Validity),
    CheckConstraint("by_item_id <> item_id", name="by_another"),
    Index("ix_validity_changes_by", "by_item_id"),
)
