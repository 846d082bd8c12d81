"""Versions of the list of themes that were imported; without any, the national one is in force."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, String, Table

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["theme_lists"]

theme_lists = Table(
    "theme_lists",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("source", String(300), nullable=False),
    Column("themes", Json, nullable=False),
    Column("imported_by", String(64), nullable=False),
    Column("imported_at", Instant, nullable=False),
    CheckConstraint("version > 0", name="version_positive"),
)
