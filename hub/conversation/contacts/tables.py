"""The table of addresses that outlive the messages they came with."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text

from hub.kernel.columns import Instant, metadata

__all__ = ["reader_contacts"]

# `address` is sealed for the account, as it came; a person's address at an account never changes,
# for the pseudonym is made of it
reader_contacts = Table(
    "reader_contacts",
    metadata,
    Column("account", String(128), primary_key=True),
    Column("sender", String(128), primary_key=True),
    Column("address", Text, nullable=False),
    Column("kept_until", Instant),  # None: as long as they subscribe to something
)
