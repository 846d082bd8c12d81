"""Tables of lists, their versions and entries. Versions and entries are written once.

An entry's row has what look-ups ask for beside its values; positions are GCJ-02.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["key_entries", "key_lists", "key_versions"]

key_lists = Table(
    "key_lists",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("body_id", String(26), ForeignKey("bodies.id"), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("year", Integer, nullable=False),  # 0: the kind does not go by year
    UniqueConstraint("body_id", "kind", "year"),
    Index("ix_key_lists_kind", "kind", "year"),
)

key_versions = Table(
    "key_versions",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("list_id", String(26), ForeignKey("key_lists.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("note", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    UniqueConstraint("list_id", "number"),
    UniqueConstraint("hash"),
    CheckConstraint("number > 0", name="number_positive"),
    CheckConstraint("size > 0", name="not_empty"),
)

key_entries = Table(
    "key_entries",
    metadata,
    Column("version_id", String(26), ForeignKey("key_versions.id"), primary_key=True),
    Column("code", String(200), primary_key=True),
    Column("place", Integer, nullable=False),  # in the form's order
    Column("title", String(300), nullable=False),
    Column("category", String(60), nullable=False),
    Column("words", Text, nullable=False),
    Column("progress", Float),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("content", Json, nullable=False),
    CheckConstraint("progress BETWEEN 0 AND 100", name="progress_in_percent"),
    UniqueConstraint("version_id", "place"),
)
