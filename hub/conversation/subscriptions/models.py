"""Who wants to be told of what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Pace", "Reader", "Subscription", "Topic", "Wish"]


class Topic(StrEnum):
    BODY = "body"  # everything that a body and those below it publish
    THEME = "theme"  # a theme and its sub-classes
    KEYWORD = "keyword"  # what has the word in its title or keywords


class Pace(StrEnum):
    IMMEDIATE = "immediate"
    DAILY = "daily"  # one digest a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One person at one account of a channel; `sender` is the pseudonym of `Inbound.sender`."""

    channel: str
    account: str
    sender: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to be told of. `value` is a body's id, a theme's path or a normalised word; `label` is
    what people call it."""

    topic: Topic
    value: str
    label: str
    pace: Pace = Pace.IMMEDIATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A wish of a reader since `made_at`; kept after it was cancelled, with `ended_at`."""

    id: str
    reader: Reader
    wish: Wish
    made_at: datetime
    ended_at: datetime | None = None
