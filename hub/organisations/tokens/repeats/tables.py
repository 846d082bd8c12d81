"""The table of requests that may be sent again; kept for a day."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from hub.kernel.columns import Instant, metadata

__all__ = ["token_requests"]

token_requests = Table(
    "token_requests",
    metadata,
    Column("token_id", String(26), ForeignKey("person_tokens.id"), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("digest", String(64), nullable=False),
    # of the one time it is carried out, so that a second transaction of it is told from a rival
    Column("claim", String(26), nullable=False),
    Column("done", Text, nullable=False, default="[]"),
    Column("events", Integer, nullable=False, default=0),
    Column("at", Instant, nullable=False),
    Column("status", Integer, nullable=False, default=0),
    Column("kind", String(100), nullable=False, default=""),
    Column("answer", LargeBinary, nullable=False, default=b""),
    Index("ix_token_requests_at", "at"),
)
