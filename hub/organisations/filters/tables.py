"""The table of saved filters: a person's, of one page, by name."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, Text

from hub.kernel.columns import Instant, metadata

__all__ = ["saved_filters"]

saved_filters = Table(
    "saved_filters",
    metadata,
    Column("person_id", String(26), ForeignKey("people.id"), primary_key=True),
    Column("page", String(64), primary_key=True),
    Column("name", String(40), primary_key=True),
    # application/x-www-form-urlencoded, as an address has it, without the question mark
    Column("query", Text, nullable=False),
    Column("saved_at", Instant, nullable=False),
)
