"""The table of delegations."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, text

from hub.kernel.columns import Instant, metadata
from hub.organisations.models import Role
from hub.organisations.tables import one_of

__all__ = ["delegations"]

_HELD = text("revoked_at IS NULL")

delegations = Table(
    "delegations",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("from_id", String(26), ForeignKey("people.id"), nullable=False),
    Column("to_id", String(26), ForeignKey("people.id"), nullable=False),
    Column("body_id", String(26), ForeignKey("bodies.id"), nullable=False),
    Column("role", String(32), nullable=False),
    Column("valid_from", Instant, nullable=False),
    Column("valid_until", Instant, nullable=False),
    Column("reason", String(500), nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("revoked_by", String(64), nullable=False, default=""),
    one_of("role", (Role.CLERK, Role.SECTION_HEAD, Role.LEADER)),
    CheckConstraint("from_id <> to_id", name="to_another"),
    CheckConstraint("valid_from < valid_until", name="lasts"),
    CheckConstraint("reason <> ''", name="explained"),
    Index(
        "ix_delegations_to", "to_id", "body_id", "role", sqlite_where=_HELD, postgresql_where=_HELD
    ),
    Index("ix_delegations_from", "from_id", "body_id", "role"),
)
