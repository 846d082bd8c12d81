"""The tables of plans, of the form in which an item interprets, and of the appraisal's weights.

That an item interprets another is a relation of the catalogue; here is only in which form.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
)

from hub.interpretation.models import Form
from hub.kernel.columns import Instant, Json, metadata
from hub.organisations.tables import one_of

__all__ = ["appraisal_weights", "interpretation_forms", "interpretation_plans"]

interpretation_plans = Table(
    "interpretation_plans",
    metadata,
    Column("item_id", String(26), ForeignKey("items.id"), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("outline", Text, nullable=False),
    Column("forms", Json, nullable=False),
    Column("channels", Json, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("interpreter", String(100), nullable=False),
    Column("unit", String(200), nullable=False),
    Column("entered_by", String(64), nullable=False),
    Column("entered_at", Instant, nullable=False),
    CheckConstraint("revision > 0", name="revision_positive"),
    CheckConstraint("outline <> '' AND interpreter <> '' AND unit <> ''", name="whole"),
)

interpretation_forms = Table(
    "interpretation_forms",
    metadata,
    Column("item_id", String(26), ForeignKey("items.id"), primary_key=True),
    Column("form", String(16), nullable=False),
    one_of("form", Form),
)

appraisal_weights = Table(
    "appraisal_weights",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("values", Json, nullable=False),
    Column("set_by", String(64), nullable=False),
    Column("set_at", Instant, nullable=False),
    CheckConstraint("version > 0", name="version_positive"),
)
