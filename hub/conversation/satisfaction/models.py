"""A question about satisfaction, as it waits for its answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.conversation.subscriptions.models import Reader

__all__ = ["BEST", "DISSATISFIED", "Asking", "Question"]

BEST = 5
DISSATISFIED = frozenset({1, 2})  # 不满意 and 很不满意: somebody has to look into it


class Asking(StrEnum):
    """Who asks; each has its `Recorder`."""

    CASE = "case"  # the answer to a case of public opinion
    DESK = "desk"  # a conversation with a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One person was asked about one thing, and not twice: `subject` is its id, at most 64
    characters. `stars` is 1 to 5, 0 while they have not said; after `until` nothing they write is
    taken for an answer."""

    id: str
    reader: Reader
    asking: Asking
    subject: str
    asked_at: datetime
    until: datetime
    stars: int = 0
    answered_at: datetime | None = None
