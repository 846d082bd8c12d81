"""What people look for among deliveries, and what they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.publishing.models import DeliveryState, Purpose

__all__ = ["GROUPS", "MOST", "Counts", "Group", "Line", "Looked", "Page", "Standing"]

MOST = 10_000  # counted no further
_S = DeliveryState


class Group(StrEnum):
    """States that people look at together."""

    TROUBLE = "trouble"
    COMING = "coming"
    RUNNING = "running"
    OUT = "out"
    ENDED = "ended"


GROUPS: Mapping[Group, tuple[DeliveryState, ...]] = {
    Group.TROUBLE: (_S.UNKNOWN, _S.FAILED, _S.BLOCKED, _S.EXPIRED),
    Group.COMING: (_S.READY, _S.PLANNED),
    Group.RUNNING: (_S.CLAIMED, _S.SENDING),
    Group.OUT: (_S.ACCEPTED, _S.VERIFIED),
    Group.ENDED: (_S.CANCELLED, _S.RECALLED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What is looked for, every field given narrowing; `states` empty: any. `after` is a page's
    `next`."""

    states: tuple[DeliveryState, ...] = ()
    channel: str = ""
    account_id: str = ""
    plan_id: str = ""
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One delivery in a list, with the names of what it belongs to."""

    id: str
    plan_id: str
    account_id: str
    channel: str
    part: int
    purpose: Purpose
    state: DeliveryState
    priority: int
    due_at: datetime
    next_at: datetime | None
    handed_over_at: datetime | None
    reason: str
    error_code: str
    error_zh: str
    error_en: str
    remote_url: str
    account: str
    body_id: str
    item_id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`next` is where the page after this one begins, empty on the last. `filled` is False where
    only a stretch of the ledger was looked through and there may be more further on."""

    lines: tuple[Line, ...]
    next: str
    filled: bool = True


@dataclass(frozen=True, slots=True)
class Counts:
    """Deliveries by state, each up to MOST; of those accepted only what is still to be read back.

    What is out and read back is not counted: there are millions, and nobody waits for them.
    """

    of: Mapping[DeliveryState, int]

    def group(self, group: Group) -> int:
        return sum(self.of.get(state, 0) for state in GROUPS[group])


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How publishing stands. `late`: due for over a minute and not begun, up to MOST; `latest`: how
    late the oldest of them is. `beat`: how long ago the dispatcher last said that it runs, None
    where it never did."""

    counts: Counts
    late: int
    latest: timedelta
    beat: timedelta | None
