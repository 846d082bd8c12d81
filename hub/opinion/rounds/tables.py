"""The table of rounds: which was begun when, and what came of it."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["opinion_rounds"]

opinion_rounds = Table(
    "opinion_rounds",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("slot", String(32), primary_key=True),
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("told", Json, nullable=False),
)
