"""Which lists are taken away."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["MOST_EXPORTED", "Listed"]

MOST_EXPORTED = 100_000  # rows of one file; the filters narrow what is more


class Listed(StrEnum):
    ITEMS = "items"
    DELIVERIES = "deliveries"
    ACCOUNTS = "accounts"
    CASES = "cases"
