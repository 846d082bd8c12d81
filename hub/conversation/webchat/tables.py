"""Tables of conversations on a page of our own."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, UniqueConstraint

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["page_answers"]

# what arrived on citizens' pages: on other channels the platform keeps this
page_answers = Table(
    "page_answers",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("account_id", String(26), ForeignKey("accounts.id"), nullable=False),
    Column("sender", String(26), nullable=False),
    Column("source", String(64), nullable=False),
    Column("answer", Json, nullable=False),
    Column("told_at", Instant, nullable=False),
    UniqueConstraint("sender", "account_id", "source"),
    Index("ix_page_answers_told_at", "told_at"),
)
