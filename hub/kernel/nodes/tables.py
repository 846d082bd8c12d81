"""The tables of processes: who said that it lives, and who holds which lease."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, String, Table, Text

from hub.kernel.columns import Instant, metadata

__all__ = ["leases", "nodes"]

nodes = Table(
    "nodes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("roles", String(64), nullable=False),
    Column("host", String(64), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("address", Text, nullable=False),
    Column("version", String(32), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("beat_at", Instant, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    CheckConstraint("fence > 0", name="fence_positive"),
)
