"""The table of wishes to hear of an outcome."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text

from hub.kernel.columns import Instant, metadata

__all__ = ["result_requests"]

result_requests = Table(
    "result_requests",
    metadata,
    Column("signal_id", String(26), primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("told_item", String(26), nullable=False, index=True),
)
