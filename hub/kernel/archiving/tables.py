"""The table of archives that were made here."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table

from hub.kernel.columns import Instant, metadata

__all__ = ["archives"]

archives = Table(
    "archives",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("file", String(100), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("records", BigInteger, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("pruned_at", Instant),
    Column("pruned", BigInteger, nullable=False, server_default="0"),
    # of the chain: where this piece of it ends; 0 elsewhere
    Column("last_seq", BigInteger, nullable=False, server_default="0"),
)
