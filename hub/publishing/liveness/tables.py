"""When accounts last published, as last looked up: derived from the ledger, may be dropped."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table

from hub.kernel.columns import Instant, metadata

__all__ = ["account_liveness"]

account_liveness = Table(
    "account_liveness",
    metadata,
    Column("account_id", String(26), ForeignKey("accounts.id"), primary_key=True),
    Column("published_at", Instant),
    Column("planned_at", Instant),
)
