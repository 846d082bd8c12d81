"""A report's definition: somebody's choice of what is counted and shown, under a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.opinion.briefs.models import Section

__all__ = ["Choice", "Report", "Rhythm"]


class Rhythm(StrEnum):
    """When a report is made by itself: after the day, week or month that it is of."""

    NONE = "none"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`bodies` are codes, each for itself and everything below it; none chosen is everything that
    its owner operates. `topics` and `channels` narrow it where any are named."""

    bodies: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    sections: tuple[Section, ...] = tuple(Section)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`owner` is the login of whose sight it is made with. `recipients` get what the `rhythm`
    makes, by e-mail; the rhythm counts from `since` on. `stopped` says why the hub has ended it
    by itself, empty otherwise."""

    id: str
    name: str
    owner: str
    choice: Choice
    created_at: datetime
    changed_at: datetime
    rhythm: Rhythm = Rhythm.NONE
    recipients: tuple[str, ...] = ()
    since: datetime | None = None
    stopped: str = ""
