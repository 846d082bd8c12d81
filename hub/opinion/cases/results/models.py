"""A wish to hear of the outcome, as it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.conversation.notices.models import NoticeState

__all__ = ["Outcome", "ResultRequest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRequest:
    """Whoever said a signal wants to be told its outcome. `sealed` says who and at which account:
    nobody who reads signals can join them with a conversation. `told_item` is the answer that
    they were told of last; a reopened case has another."""

    signal_id: str
    sealed: str = field(repr=False)
    asked_at: datetime
    told_item: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How many asked to hear of a case's outcome, how many of these a notice of its present
    answer was made for, and how many notices of the case are in each state. Never who."""

    asked: int = 0
    told: int = 0
    notices: Mapping[NoticeState, int] = field(default_factory=dict)
