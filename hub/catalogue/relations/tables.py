"""The table of relations between items."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table

from hub.catalogue.relations.models import RelationKind
from hub.kernel.columns import Instant, metadata
from hub.organisations.tables import one_of

__all__ = ["item_relations"]

item_relations = Table(
    "item_relations",
    metadata,
    Column("item_id", String(26), ForeignKey("items.id"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("other_id", String(26), ForeignKey("items.id"), primary_key=True),
    Column("made_by", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    one_of("kind", RelationKind),
    CheckConstraint("item_id <> other_id", name="two_items"),
    Index("ix_item_relations_other", "other_id", "kind"),
)
