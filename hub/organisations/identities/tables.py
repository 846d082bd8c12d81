"""The table of linked identities."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table

from hub.kernel.columns import Instant, metadata

__all__ = ["person_identities"]

person_identities = Table(
    "person_identities",
    metadata,
    Column("issuer", String(500), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("person_id", String(26), ForeignKey("people.id"), nullable=False),
    Column("linked_by", String(64), nullable=False),
    Column("linked_at", Instant, nullable=False),
    CheckConstraint("subject <> ''", name="named"),
    Index("ix_person_identities_person_id", "person_id"),
)
