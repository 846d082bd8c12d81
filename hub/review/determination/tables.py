"""The table of determinations: no row can lack what a complete one says.

An approval refers to the determination it was opened under, so there is no approval without one.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    text,
)

from hub.catalogue.models import Attribute
from hub.kernel.columns import Instant, Json, metadata
from hub.organisations.tables import one_of
from hub.review.determination.models import Limit, Matter, Rule

__all__ = ["determinations"]

# a clock runs: what is to be published and was not yet
_LOOKED_AT = "holds AND look_at IS NOT NULL"
_RUNNING = "holds AND attribute = 'proactive' AND rule IS NULL AND published_at IS NULL"

determinations = Table(
    "determinations",
    metadata,
    Column("item_id", String(26), ForeignKey("items.id"), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("holds", Boolean, nullable=False, default=True),
    Column("attribute", String(16), nullable=False),
    Column("ground", String(32), nullable=False, default=""),
    Column("reason", String(500), nullable=False),
    Column("interpret", Boolean, nullable=False),
    Column("no_interpretation_reason", String(500), nullable=False, default=""),
    Column("documents", Json, nullable=False),
    Column("unit", String(200), nullable=False),
    Column("matter", String(32), nullable=False),
    Column("time_limit", String(16), nullable=False),
    Column("limit_on", Date),
    Column("review_on", Date),
    Column("printed_at", Instant),
    Column("ended_at", Instant),
    Column("formed_on", Date),
    Column("published_at", Instant),
    Column("look_at", Instant),  # when its clock is to be looked at next; none: never
    Column("rule", String(32)),
    Column("determined_by", String(64), nullable=False),
    Column("determined_at", Instant, nullable=False),
    one_of("attribute", Attribute),
    one_of("matter", Matter),
    one_of("time_limit", Limit),
    one_of("rule", Rule),
    CheckConstraint("revision > 0", name="revision_positive"),
    CheckConstraint("reason <> '' AND unit <> ''", name="written"),
    CheckConstraint("attribute = 'proactive' OR ground <> ''", name="grounded"),
    CheckConstraint(
        "attribute <> 'proactive' OR interpret OR no_interpretation_reason <> ''",
        name="interpretation_decided",
    ),
    CheckConstraint("attribute = 'proactive' OR NOT interpret", name="only_public_interpreted"),
    CheckConstraint("attribute <> 'withheld' OR review_on IS NOT NULL", name="assessed_again"),
    Index(
        "uq_determinations_holds",
        "item_id",
        unique=True,
        sqlite_where=text("holds"),
        postgresql_where=text("holds"),
    ),
    Index(
        "ix_determinations_running",
        "item_id",
        sqlite_where=text(_RUNNING),
        postgresql_where=text(_RUNNING),
    ),
    Index(
        "ix_determinations_look_at",
        "look_at",
        sqlite_where=text(_LOOKED_AT),
        postgresql_where=text(_LOOKED_AT),
    ),
    Index(
        "ix_determinations_review_on",
        "review_on",
        sqlite_where=text("holds AND review_on IS NOT NULL"),
        postgresql_where=text("holds AND review_on IS NOT NULL"),
    ),
)
