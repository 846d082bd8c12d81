"""Where serial numbers stand, and which index numbers were given up and never come back."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table

from hub.catalogue.numbering.index_numbers import LONGEST
from hub.kernel.columns import Instant, metadata

__all__ = ["index_serials", "retired_index_numbers"]

index_serials = Table(
    "index_serials",
    metadata,
    Column("body_id", String(26), ForeignKey("bodies.id"), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
    CheckConstraint('"last" > 0', name="counted"),
)

retired_index_numbers = Table(
    "retired_index_numbers",
    metadata,
    Column("body_id", String(26), ForeignKey("bodies.id"), primary_key=True),
    Column("index_no", String(LONGEST), primary_key=True),
    Column("item_id", String(26), nullable=False),
    Column("retired_at", Instant, nullable=False),
)
