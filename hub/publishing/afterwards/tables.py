"""Tables of readings and figures; `watches` has the public posts whose turn comes again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, text

from hub.kernel.columns import Instant, metadata

__all__ = ["findings", "measures", "spare_calls", "watches"]

_ID = String(26)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


findings = Table(
    "findings",
    metadata,
    Column("delivery_id", _ID, ForeignKey("deliveries.id"), primary_key=True),
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("discovery", String(16), nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("times", Integer, nullable=False),
    Index("ix_findings_bad", "last_at", **_where("discovery IN ('differs', 'truncated', 'gone')")),
)

watches = Table(
    "watches",
    metadata,
    Column("delivery_id", _ID, ForeignKey("deliveries.id"), primary_key=True),
    Column("account_id", _ID, nullable=False),
    Column("channel", String(32), nullable=False),
    Column("since", Instant, nullable=False),
    Column("readings", Integer, nullable=False, server_default="0"),
    Column("read_at", Instant),
    Column("samples", Integer, nullable=False, server_default="0"),
    Column("measure_at", Instant),
    Index("ix_watches_read", "read_at", **_where("read_at IS NOT NULL")),
    Index("ix_watches_measure", "measure_at", **_where("measure_at IS NOT NULL")),
)

measures = Table(
    "measures",
    metadata,
    Column("delivery_id", _ID, ForeignKey("deliveries.id"), primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("reads", BigInteger),
    Column("likes", BigInteger),
    Column("comments", BigInteger),
    Column("shares", BigInteger),
)

# What readings and figures cost of an account's calls a day, where its channel counts them.
spare_calls = Table(
    "spare_calls",
    metadata,
    Column("account_id", _ID, primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("calls", Integer, nullable=False),
)
