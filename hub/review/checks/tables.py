"""The tables of the checks: lists and severities that people keep, and their written answers.

A list's version is written once. An answer belongs to one version of an item and one finding; an
edit makes a new version, which is answered for anew.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    String,
    Table,
)

from hub.kernel.columns import Instant, Json, metadata
from hub.organisations.tables import one_of
from hub.review.checks.models import Severity
from hub.review.checks.wordlists import ListKind

__all__ = ["check_severities", "finding_acknowledgements", "word_lists"]

word_lists = Table(
    "word_lists",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("entries", Json, nullable=False),
    Column("size", Integer, nullable=False),
    Column("imported_by", String(64), nullable=False),
    Column("imported_at", Instant, nullable=False),
    one_of("kind", ListKind),
    CheckConstraint("version > 0", name="version_positive"),
)

check_severities = Table(
    "check_severities",
    metadata,
    Column("body_id", String(26), ForeignKey("bodies.id"), primary_key=True),
    Column("rule", String(40), primary_key=True),
    Column("severity", String(8), nullable=False),
    Column("set_by", String(64), nullable=False),
    Column("set_at", Instant, nullable=False),
    one_of("severity", Severity),
)

finding_acknowledgements = Table(
    "finding_acknowledgements",
    metadata,
    Column("item_id", String(26), primary_key=True),
    Column("item_version", Integer, primary_key=True, autoincrement=False),
    Column("finding", String(64), primary_key=True),
    Column("rule", String(40), nullable=False),
    Column("acknowledged_by", String(64), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("at", Instant, nullable=False),
    ForeignKeyConstraint(
        ["item_id", "item_version"], ["item_versions.item_id", "item_versions.version"]
    ),
    CheckConstraint("reason <> ''", name="reasoned"),
    # What can only be masked is never explained away, whoever writes the row.
    CheckConstraint("rule NOT IN ('id-number', 'bank-card')", name="not_final"),
)
