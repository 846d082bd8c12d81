"""The tables of passwords, recovery codes and sessions."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from hub.kernel.columns import Instant, metadata
from hub.organisations.signin.models import Stage
from hub.organisations.tables import one_of

__all__ = ["console_sessions", "person_credentials", "person_recovery_codes"]

person_credentials = Table(
    "person_credentials",
    metadata,
    Column("person_id", String(26), ForeignKey("people.id"), primary_key=True),
    Column("password_hash", String(255), nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("sealed", Text, nullable=False, default=""),
    Column("last_step", BigInteger, nullable=False, default=0),
    Column("failures", Integer, nullable=False, default=0),
    Column("locked_until", Instant),
    CheckConstraint("password_hash LIKE '$argon2id$%'", name="hashed"),
)

person_recovery_codes = Table(
    "person_recovery_codes",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person_id", String(26), ForeignKey("people.id"), nullable=False),
    Column("used_at", Instant),
    Index("ix_person_recovery_codes_person_id", "person_id"),
)

console_sessions = Table(
    "console_sessions",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("person_id", String(26), ForeignKey("people.id"), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("stage", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("proved_at", Instant, nullable=False),
    Column("address", String(64), nullable=False, default=""),
    Column("agent", String(200), nullable=False, default=""),
    Column("ended_at", Instant),
    one_of("stage", Stage),
    CheckConstraint("length(digest) = 64", name="digested"),
    CheckConstraint("created_at < expires_at", name="ends"),
    Index("ix_console_sessions_person_id", "person_id", "id"),
)
