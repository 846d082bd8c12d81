"""What the staff API tells of public opinion and of the audit log. A name or a meaning here never
changes within a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

__all__ = [
    "StaffCase",
    "StaffCasePage",
    "StaffCaseView",
    "StaffDeadline",
    "StaffEvent",
    "StaffEvents",
    "StaffIssue",
    "StaffIssueDay",
    "StaffIssueView",
    "StaffIssues",
    "StaffJudged",
    "StaffSignal",
    "StaffSignals",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffJudged:
    """What a signal was judged to be; `confidence` from 0 to 1."""

    intent: str
    topic: str
    department: str
    urgency: str
    mood: str
    place: str
    confidence: float
    band: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSignal:
    """`title` and `text` are masked; who wrote it is not told. `judged` is absent while it waits,
    `issue` and `copy_of` are empty where there is none."""

    id: str
    channel: str
    kind: str
    title: str
    text: str
    event_at: datetime | None
    received_at: datetime
    body: str
    item: str
    place: str
    url: str
    likes: int
    judged: StaffJudged | None
    issue: str
    copy_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSignals:
    """`next` is the `after` of the page that follows; `filled` is false where the page ends because
    it has looked far enough."""

    signals: tuple[StaffSignal, ...]
    next: str
    filled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffIssue:
    """`week`, `negative` and `heat` are of the last seven days, 0 outside the hot list."""

    id: str
    title: str
    topic: str
    department: str
    place: str
    first_at: datetime
    last_at: datetime
    signals: int
    copies: int
    authors: int
    rumours: int
    verification: str
    merged_into: str
    week: int
    negative: int
    heat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffIssues:
    issues: tuple[StaffIssue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffIssueDay:
    day: date
    signals: int
    negative: int
    likes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffIssueView:
    """An issue day by day, and the ids of the cases that came of it."""

    issue: StaffIssue
    days: tuple[StaffIssueDay, ...]
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCase:
    """`body` is the id of the body that answers for it, `item` its answer in the catalogue,
    `handler` the login of who handles it (or empty)."""

    id: str
    title: str
    kind: str
    level: str
    state: str
    issue: str
    signal: str
    body: str
    joint: tuple[str, ...]
    reason: str
    assessment: str
    disposal: str
    item: str
    handler: str
    review: str
    satisfaction: int
    round: int
    opened_at: datetime
    opened_by: str
    responded_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCasePage:
    """Newest first; `next` is the `before` of the page that follows, empty on the last."""

    cases: tuple[StaffCase, ...]
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDeadline:
    """`due_at` is the first moment that is late; absent in a year whose holidays are unknown."""

    kind: str
    source: str
    started_at: datetime
    due_at: datetime | None
    met_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCaseView:
    case: StaffCase
    deadlines: tuple[StaffDeadline, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffEvent:
    """One audit event as the chain has it; `means` is the key by which its actor acted, empty for
    a person at the console or the command line."""

    seq: int
    at: datetime
    kind: str
    subject: str
    actor: str
    means: str
    data: Mapping[str, Any]
    hash: str
    previous: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffEvents:
    """Oldest first; `next` is the `after` of the page that follows, 0 on the last."""

    events: tuple[StaffEvent, ...]
    next: int
