"""The tables of bodies, people and accounts."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from hub.kernel.columns import Instant, Json, metadata
from hub.organisations.models import BodyKind, FilingState, Role

__all__ = [
    "account_credentials",
    "account_groups",
    "account_tags",
    "accounts",
    "bodies",
    "group_members",
    "one_of",
    "people",
    "roles",
]


def one_of(column: str, values: Iterable[StrEnum]) -> CheckConstraint:
    """A CHECK that holds a text column to the members of an enum."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


bodies = Table(
    "bodies",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("code", String(64), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("region", String(64), nullable=False, default=""),
    Column("parent_id", String(26), ForeignKey("bodies.id")),
    Column("separate_author", Boolean, nullable=False, default=False),
    Column("org_code", String(18), nullable=False, default=""),
    one_of("kind", BodyKind),
    CheckConstraint("parent_id <> id", name="not_own_parent"),
    Index("ix_bodies_parent_id", "parent_id"),
)

people = Table(
    "people",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("login", String(64), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("active", Boolean, nullable=False, default=True),
)

roles = Table(
    "roles",
    metadata,
    Column("person_id", String(26), ForeignKey("people.id"), primary_key=True),
    Column("body_id", String(26), ForeignKey("bodies.id"), primary_key=True),
    Column("role", String(32), primary_key=True),
    one_of("role", Role),
    Index("ix_roles_body_id", "body_id"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("name", String(200), nullable=False),
    Column("handle", String(200), nullable=False),
    Column("body_id", String(26), ForeignKey("bodies.id"), nullable=False),
    Column("base_url", String(500), nullable=False),
    Column("region", String(64), nullable=False, default=""),
    Column("tags", Json, nullable=False),
    Column("settings", Json, nullable=False),
    Column("sealed", Text, nullable=False, default=""),
    Column("filing", String(16), nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    Column("needs_reconnecting", String(500), nullable=False, default=""),
    Column("paused_until", Instant),
    Column("pause_reason", String(500), nullable=False, default=""),
    Column("authorised_until", Instant),
    Column("revision", Integer, nullable=False, default=1),
    UniqueConstraint("channel", "handle"),
    one_of("filing", FilingState),
    CheckConstraint("channel <> '' AND handle <> ''", name="addressed"),
    CheckConstraint("revision > 0", name="revision_positive"),
    Index("ix_accounts_body_id", "body_id"),
    Index("ix_accounts_region", "region"),
)

# Derived from accounts.tags so that a tag is found without reading every account.
account_tags = Table(
    "account_tags",
    metadata,
    Column("tag", String(64), primary_key=True),
    Column("account_id", String(26), ForeignKey("accounts.id"), primary_key=True),
    Index("ix_account_tags_account_id", "account_id"),
)

# Every seal an account ever had: a reconnection that went wrong can be looked into and undone.
account_credentials = Table(
    "account_credentials",
    metadata,
    Column("account_id", String(26), ForeignKey("accounts.id"), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("sealed", Text, nullable=False),
    Column("sealed_at", Instant, nullable=False),
    CheckConstraint("sealed <> ''", name="not_empty"),
)

account_groups = Table(
    "account_groups",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("rule", Json, nullable=False),
)

group_members = Table(
    "group_members",
    metadata,
    Column("group_id", String(26), ForeignKey("account_groups.id"), primary_key=True),
    Column("account_id", String(26), ForeignKey("accounts.id"), primary_key=True),
)
