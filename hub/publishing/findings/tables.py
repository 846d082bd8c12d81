"""The table of what people said to findings."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text

from hub.kernel.columns import Instant, metadata

__all__ = ["acknowledgements"]

# `fingerprint` is the hash of the finding as it was then: changed, it is another and nobody's
acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("topic", String(16), primary_key=True),
    Column("subject", String(128), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("remark", Text, nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", Instant, nullable=False),
)
