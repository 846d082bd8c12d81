"""How far what citizens write has been followed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table

from hub.kernel.columns import Instant, metadata

__all__ = ["listening_cursors"]

# one row: the newest event that was taken, and until when nobody else looks
listening_cursors = Table(
    "listening_cursors",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("rests_until", Instant, nullable=False),
)
