"""The values of following: what the audit chain says of messages, and what is read of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from hub.conversation.models import Inbound, Manner

__all__ = ["Erased", "Heard", "Step"]


@dataclass(frozen=True, slots=True)
class Erased:
    """Somebody's words to an account were deleted."""

    account: str
    sender: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the chain: messages that came to their end, or words that were deleted."""

    seq: int
    ended: tuple[str, ...] = ()
    erased: Erased | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message that was answered, or never will be. `near` is the item offered first where
    nothing published answered it; `body_id` is whose account it came to."""

    inbound: Inbound = field(repr=False)
    manner: Manner
    body_id: str
    unanswered: bool
    near: str = ""

    @property
    def at(self) -> datetime:
        return self.inbound.received_at
