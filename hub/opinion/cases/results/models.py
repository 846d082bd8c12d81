"""A wish to hear of the outcome, as it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["ResultRequest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRequest:
    """Whoever said a signal wants to be told its outcome. `sealed` says who and at which account:
    nobody who reads signals can join them with a conversation. `told_item` is the answer that
    they were told of last; a reopened case has another."""

    signal_id: str
    sealed: str = field(repr=False)
    asked_at: datetime
    told_item: str = ""
