"""The table of tokens."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table

from hub.kernel.columns import Instant, metadata

__all__ = ["person_tokens"]

person_tokens = Table(
    "person_tokens",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("person_id", String(26), ForeignKey("people.id"), nullable=False),
    Column("label", String(100), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created_by", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("revoked_by", String(64), nullable=False, default=""),
    Column("last_used_on", Date),
    Column("scopes", String(200), nullable=False),
    Column("per_minute", Integer, nullable=False),
    CheckConstraint("per_minute > 0", name="usable"),
    CheckConstraint("length(digest) = 64", name="digested"),
    CheckConstraint("created_at < expires_at", name="ends"),
    CheckConstraint("label <> ''", name="labelled"),
    Index("ix_person_tokens_person_id", "person_id"),
)
