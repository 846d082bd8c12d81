"""The table of the installation's keys."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, String, Table, Text

from hub.kernel.columns import Instant, metadata

__all__ = ["installation_keys"]

installation_keys = Table(
    "installation_keys",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    CheckConstraint("sealed <> ''", name="sealed"),
)
