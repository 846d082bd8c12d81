"""The table of looks taken afterwards."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    String,
    Table,
    text,
)

from hub.kernel.columns import Instant, metadata

__all__ = ["after_looks"]

_OPEN = text("confirmed IS NULL")

after_looks = Table(
    "after_looks",
    metadata,
    Column("approval_id", String(26), ForeignKey("approvals.id"), primary_key=True),
    Column("due_on", Date),
    Column("person_id", String(26), ForeignKey("people.id")),
    Column("at", Instant),
    Column("confirmed", Boolean),
    Column("remark", String(500), nullable=False, default=""),
    CheckConstraint(
        "confirmed IS NULL OR (person_id IS NOT NULL AND at IS NOT NULL)", name="by_somebody"
    ),
    CheckConstraint("confirmed IS NULL OR confirmed OR remark <> ''", name="objection_explained"),
    Index("ix_after_looks_open", "due_on", sqlite_where=_OPEN, postgresql_where=_OPEN),
)
