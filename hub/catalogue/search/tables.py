"""The table of synonyms. Every import is a version of the whole list; the newest one counts."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, String, Table

from hub.kernel.columns import Json, metadata

__all__ = ["search_synonyms"]

search_synonyms = Table(
    "search_synonyms",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("said", String(30), primary_key=True),
    Column("meant", Json, nullable=False),
    CheckConstraint("version > 0", name="version_positive"),
    CheckConstraint("said <> ''", name="not_empty"),
)
