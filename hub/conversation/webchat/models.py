"""The values of a page that citizens write on: its lines, in the order they came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.conversation.models import Answer, Message

__all__ = ["Line", "Told"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer as it arrived on the page. `source` is the id of what was sent, by which a repeat
    is known: of a bot's answer that is the message's id."""

    id: str
    account_id: str
    sender: str
    source: str
    answer: Answer
    told_at: datetime


# something the citizen said, or something they were told
Line = Message | Told
