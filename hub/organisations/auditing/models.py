"""What somebody looks for in the audit chain, and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.kernel.errors import Words

__all__ = ["Change", "Checking", "EventPage", "OneEvent", "Row", "WantedEvents"]

Row = Mapping[str, Any]  # seq, hash, previous, actor, at (ISO 8601), data, kind, subject


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedEvents:
    """Every field given narrows the choice. `actors`: only what one of them did (None: anybody).
    `since` and `until` are instants; `before` is the number that ended the page before (0: the
    newest)."""

    actors: frozenset[str] | None = None
    actor: str = ""
    kind: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """Newest first. `next` is where to go on (0: there is nothing more); `looked`: how many events
    were read for this page, as many as are read at once where little of them was wanted."""

    events: tuple[Row, ...]
    next: int
    looked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of an event: what an earlier event about the same thing said, and what it says."""

    name: str
    before: Any
    after: Any
    before_seq: int = 0  # the earlier event; 0: no event said it before


@dataclass(frozen=True, slots=True, kw_only=True)
class OneEvent:
    """An event with its neighbours about the same thing (0: none), and whether its own link of the
    chain holds."""

    event: Row
    changes: tuple[Change, ...]
    earlier: int
    later: int
    sound: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """A walk over the chain: `done` of `total` events. `ended_at` is None while it goes on;
    `broken` is the number of the first event that does not hold (0: none so far). One that ended
    with neither `broken` nor `head` was broken off, `why` says by what, and proves nothing."""

    by: str
    started_at: datetime
    total: int
    done: int = 0
    ended_at: datetime | None = None
    head: str = ""
    broken: int = 0
    why: Words | None = None

    @property
    def running(self) -> bool:
        return self.ended_at is None
