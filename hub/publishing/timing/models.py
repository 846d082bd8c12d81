"""Posting times and blackout periods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Blackout", "Candidate", "Days", "NewBlackout", "NewPostingTime", "PostingTime"]


class Days(StrEnum):
    """On which days a posting time holds, beside its weekdays."""

    ANY = "any"
    WORKDAYS = "workdays"  # people work: no public holiday, but the make-up days for one


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPostingTime:
    """A posting time as entered, for one account or for a group by its name.

    `minute` is minutes after midnight by the wall clock of `zone`; `weekdays` are 1 (Monday) to 7.
    """

    minute: int
    zone: str
    account_id: str = ""
    group: str = ""
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    days: Days = Days.ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingTime:
    """A wall-clock time at which an account, or every account of a group, may post once a day."""

    id: str
    account_id: str
    group: str
    minute: int
    zone: str
    weekdays: tuple[int, ...]
    days: Days

    @property
    def clock(self) -> str:
        return f"{self.minute // 60:02}:{self.minute % 60:02}"


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """A posting time on one day: the instant, and the wall-clock time and zone it stands for."""

    at: datetime
    wall: datetime
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBlackout:
    """A blackout as entered; `starts` and `ends` are wall-clock times of `zone`.

    Without a body and a channel it holds for everything; with both, for that body's accounts on
    that channel. A body stands for those below it too.
    """

    name: str
    starts: datetime
    ends: datetime
    zone: str
    body_code: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blackout:
    """Nothing routine goes out from `starts_at` until `ends_at`; emergencies and recalls do."""

    id: str
    name: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    body_id: str
    channel: str
    created_by: str
    lifted_at: datetime | None = None
