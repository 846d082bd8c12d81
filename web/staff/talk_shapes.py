"""What the staff API tells of conversations at the desk. A name or a meaning here never changes
within a version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["StaffReply", "StaffSaid", "StaffTalk", "StaffTalkView", "StaffTalks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffTalk:
    """One conversation; `sender` is a pseudonym, `officer` a login, `rating` 0 while the citizen
    has not said."""

    id: str
    channel: str
    account: str
    sender: str
    state: str
    reason: str
    officer: str
    opened_at: datetime
    waits_since: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    rating: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffTalks:
    conversations: tuple[StaffTalk, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSaid:
    """One message of the citizen; `answer` is what the bot said to it, if it did."""

    at: datetime
    kind: str
    text: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffReply:
    """One message of the desk; `state` says whether it was sent."""

    id: str
    key: str
    kind: str
    officer: str
    text: str
    canned: str
    cites: tuple[str, ...]
    state: str
    reason: str
    written_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffTalkView:
    """Both sides of a conversation, each oldest first."""

    conversation: StaffTalk
    said: tuple[StaffSaid, ...]
    replies: tuple[StaffReply, ...]
