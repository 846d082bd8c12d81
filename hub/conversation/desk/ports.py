"""What the desk needs from outside: where a citizen's rating is collected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

__all__ = ["Rated", "Ratings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """What a citizen says of the answers of a desk: `stars` from 1 to 5."""

    conversation_id: str
    channel: str
    body_id: str
    sender: str
    stars: int
    at: datetime


class Ratings(Protocol):
    async def rated(self, rated: Rated) -> None:
        """Collect it; the same conversation again changes nothing. Raises Unavailable."""
        ...
