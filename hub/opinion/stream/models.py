"""What of the stream is asked for, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from hub.opinion.judging.models import Band, Intent, Mood, Urgency
from hub.opinion.signals.models import Signal, SignalKind

__all__ = ["Line", "Page", "PlaceCount", "Waiting", "Wanted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which signals; every field given narrows the choice.

    `places` are places as signals have them, "" for those that name none. `issue_id` and
    `watch_id` are what a figure counts, `day` a day (in the installation's zone) of that issue or
    watch. With `since` or `until` (when it was said; until excluded) the page goes by that time and
    leaves out what has none, else by when it came in. `after` is a page's `next`.
    """

    topic: str = ""
    department: str = ""
    intent: Intent | None = None
    mood: Mood | None = None
    urgency: Urgency | None = None
    bands: tuple[Band, ...] = ()
    kind: SignalKind | None = None
    channel: str = ""
    places: tuple[str, ...] = ()
    issue_id: str = ""
    watch_id: str = ""
    day: date | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: str = ""
    limit: int = 50

    @property
    def timed(self) -> bool:
        return self.since is not None or self.until is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A signal with what it was judged to be (a row of judgements; None while it waits), the issue
    it is under and the signal that it repeats, both empty where there is none."""

    signal: Signal
    judged: Mapping[str, Any] | None = field(default=None, repr=False)
    issue_id: str = ""
    copy_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`next` asks for what follows; `filled` is False where the page ends because it has looked
    far enough, and not because it is full."""

    lines: tuple[Line, ...]
    next: str = ""
    filled: bool = True


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """Signals of one place (empty where they name none) within a period."""

    place: str
    signals: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for an analyst: with suggestions, and without; counted up to 10,000."""

    suggested: int
    queued: int
