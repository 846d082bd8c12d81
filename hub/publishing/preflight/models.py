"""Check points, what a check says, and what a look at a plan found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hub.kernel.errors import Words
from hub.publishing.models import Plan

__all__ = [
    "LEADS",
    "POINT_WORDS",
    "About",
    "CheckPoint",
    "Concern",
    "Done",
    "LinkAnswer",
    "Listed",
    "Problem",
    "QuotaUse",
    "Report",
    "Severity",
    "Tally",
    "Target",
    "Watched",
]

Tally = Mapping[str, tuple[int, int, int]]  # check → how many are ok, a warning, blocking


class CheckPoint(StrEnum):
    """When a plan is looked at, in the order of time where it was made early enough."""

    PLANNED = "planned"  # as soon as it was made or moved
    DAY = "day"
    HOUR = "hour"
    MINUTES = "minutes"


LEADS: Mapping[CheckPoint, timedelta] = {
    CheckPoint.DAY: timedelta(hours=24),
    CheckPoint.HOUR: timedelta(hours=1),
    CheckPoint.MINUTES: timedelta(minutes=5),
}
POINT_WORDS: Mapping[CheckPoint, Words] = {
    CheckPoint.PLANNED: Words("排定时", "when planned"),
    CheckPoint.DAY: Words("提前 24 小时", "24 hours before"),
    CheckPoint.HOUR: Words("提前 1 小时", "1 hour before"),
    CheckPoint.MINUTES: Words("提前 5 分钟", "5 minutes before"),
}


class Severity(StrEnum):
    OK = "ok"
    WARNING = "warning"  # it can go out; a person should look
    BLOCKING = "blocking"  # as things stand it will not go out


class About(StrEnum):
    """What one answer of a check is about; its id is the problem's subject."""

    PLAN = "plan"
    EDITION = "edition"
    ACCOUNT = "account"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class Concern:
    """What a check found wrong with its subject."""

    severity: Severity
    words: Words
    remedy: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A concern with its place: which check, about which subject, of which channel.

    `label` is the subject's name for people: an account's name, an edition's, the item's title.
    """

    name: str
    subject: str
    severity: Severity
    channel: str
    label: str
    words: Words
    remedy: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One look at one plan."""

    plan: Plan
    at: datetime
    deliveries: int
    tally: Tally
    problems: tuple[Problem, ...] = ()

    @property
    def blocking(self) -> int:
        return sum(problem.severity is Severity.BLOCKING for problem in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A check point that was passed; `covered_by` names the later one that looked in its place."""

    point: CheckPoint
    due_at: datetime
    checked_at: datetime
    covered_by: str = ""
    tally: Tally = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A problem on the board: of which plan, and when that is due."""

    plan_id: str
    title: str
    due_at: datetime
    point: CheckPoint
    problem: Problem


@dataclass(frozen=True, slots=True)
class Watched:
    """A plan whose next check point has come."""

    plan: Plan
    created_at: datetime
    done: frozenset[CheckPoint]


@dataclass(frozen=True, slots=True)
class Target:
    """One waiting delivery of a plan: its first part on one account."""

    delivery_id: str
    edition_id: str
    account_id: str
    prepared: bool


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """What an account will have used of a quota in the period in which the plan is due."""

    count: int
    period: str
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAnswer:
    """What an address answers: its HTTP status, 0 without an answer; `moved_to` names another
    host that it leads to, which was not followed; `error` says why there was no answer."""

    status: int
    moved_to: str = ""
    error: str = ""

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300 and not self.moved_to
