"""A saved filter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

__all__ = ["LONGEST_NAME", "MOST", "SavedFilter"]

MOST = 20  # of one person for one page: more are no short cut any more
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFilter:
    """`page` is the list's path, `query` its filters as an address has them."""

    page: str
    name: str
    query: str
    saved_at: datetime

    @property
    def asked(self) -> Mapping[str, str]:
        return dict(parse_qsl(self.query))
