"""The table of what was tried with accounts."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["account_trials"]

account_trials = Table(
    "account_trials",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("account_id", String(26), ForeignKey("accounts.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("told", String(200), nullable=False, server_default=""),
    Column("until", Instant),
    Column("remote_id", String(255), nullable=False, server_default=""),
    Column("url", String(1024), nullable=False, server_default=""),
    Column("code", String(64), nullable=False, server_default=""),
    Column("words_zh", Text, nullable=False, server_default=""),
    Column("words_en", Text, nullable=False, server_default=""),
    Column("remedy_zh", Text, nullable=False, server_default=""),
    Column("remedy_en", Text, nullable=False, server_default=""),
    Column("progress", Json, nullable=False, server_default="{}"),
    Index("ix_account_trials_account", "account_id", "id"),
)
