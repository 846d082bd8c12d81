"""The table of quoted facts."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from hub.kernel.columns import Instant, metadata

__all__ = ["case_facts"]

case_facts = Table(
    "case_facts",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("case_id", String(26), nullable=False),
    Column("round", Integer, nullable=False),
    Column("item_id", String(26), nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("doc_no", Text, nullable=False),
    Column("quote", Text, nullable=False),
    Column("added_by", String(64), nullable=False),
    Column("added_at", Instant, nullable=False),
    Index("ix_case_facts_case", "case_id", "round", "id"),
)
