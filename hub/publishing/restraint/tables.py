"""Tables of restraint. A row is there as long as it holds somebody back."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table, Text

from hub.kernel.columns import Instant, metadata

__all__ = ["breakers", "pauses"]

breakers = Table(
    "breakers",
    metadata,
    Column("scope", String(16), primary_key=True),
    Column("channel", String(32), primary_key=True),
    Column("subject", String(500), primary_key=True),
    Column("address", String(500), nullable=False),
    Column("cause", String(64), nullable=False),
    Column("words_zh", Text, nullable=False, server_default=""),
    Column("words_en", Text, nullable=False, server_default=""),
    Column("opened_at", Instant, nullable=False),
    Column("rest_s", BigInteger, nullable=False),
    Column("probe_at", Instant, nullable=False),
)

# `key` is a scope of hub.publishing.models.Rate with a hash of whom it is about.
pauses = Table(
    "pauses",
    metadata,
    Column("key", String(128), primary_key=True),
    Column("until", Instant, nullable=False),
)
