"""A case of public opinion: its level, its life, its deadlines, who is told when one comes near."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.kernel.errors import Words
from hub.kernel.states import StateTable

__all__ = [
    "CASES",
    "DEADLINES",
    "Case",
    "CaseEvent",
    "CaseKind",
    "CaseLevel",
    "CaseState",
    "Deadline",
    "DeadlineKind",
    "DeadlineRule",
    "NewCase",
    "Notice",
    "Routing",
]


class CaseLevel(StrEnum):
    ORDINARY = "ordinary"  # 一般
    MAJOR = "major"  # 重大
    GRAVE = "grave"  # 特别重大


class CaseKind(StrEnum):
    OPINION = "opinion"  # 政务舆情
    SUGGESTION = "suggestion"  # a citizen's suggestion that is worth an answer
    COMPLEX_SUGGESTION = "complex-suggestion"
    MESSAGE = "message"  # a citizen's complaint or question


class CaseState(StrEnum):
    REGISTERED = "registered"  # waits to be routed
    ROUTED = "routed"  # waits for the body to accept
    HANDLING = "handling"  # waits for disposal and an answer
    DRAFTED = "drafted"  # its answer is an item: reviewed, planned and published as any other
    RESPONDED = "responded"  # waits for satisfaction and the review of how it was handled
    CLOSED = "closed"


class CaseEvent(StrEnum):
    ROUTED = "routed"
    RETURNED = "returned"  # not that body's matter
    ACCEPTED = "accepted"
    DRAFTED = "drafted"
    RESPONDED = "responded"
    CLOSED = "closed"
    REOPENED = "reopened"


_S, _E = CaseState, CaseEvent
CASES: StateTable[CaseState, CaseEvent] = StateTable(
    {
        _E.ROUTED: ((_S.REGISTERED,), _S.ROUTED),
        _E.RETURNED: ((_S.ROUTED, _S.HANDLING), _S.REGISTERED),
        _E.ACCEPTED: ((_S.ROUTED,), _S.HANDLING),
        _E.DRAFTED: ((_S.HANDLING,), _S.DRAFTED),
        _E.RESPONDED: ((_S.DRAFTED,), _S.RESPONDED),
        _E.CLOSED: ((_S.RESPONDED,), _S.CLOSED),
        _E.REOPENED: ((_S.RESPONDED, _S.CLOSED), _S.HANDLING),
    }
)


class DeadlineKind(StrEnum):
    AUTHORITATIVE = "authoritative"  # 发布权威信息
    CONFERENCE = "conference"  # 举行新闻发布会
    ANSWER = "answer"  # 回应、答复


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """One row of the rules: hours on the clock, or working days."""

    kind: DeadlineKind
    words: Words
    source: str
    hours: int = 0
    workdays: int = 0


_GRAVE = (
    DeadlineRule(
        DeadlineKind.AUTHORITATIVE,
        Words("发布权威信息", "authoritative information"),
        "国办发〔2016〕80号",
        hours=5,
    ),
    DeadlineRule(
        DeadlineKind.CONFERENCE,
        Words("举行新闻发布会", "press conference"),
        "国办发〔2016〕61号、80号",
        hours=24,
    ),
)
_OPINION = (
    DeadlineRule(
        DeadlineKind.ANSWER,
        Words("回应舆情", "answer to public opinion"),
        "国办发〔2016〕61号",
        hours=48,
    ),
)


def _answer(workdays: int) -> tuple[DeadlineRule, ...]:
    words = Words("答复来信人", "answer to the citizen")
    return (DeadlineRule(DeadlineKind.ANSWER, words, "国办发〔2014〕57号", workdays=workdays),)


# what has to be done by when; the grave have these whatever they began as
DEADLINES: Mapping[tuple[CaseKind, CaseLevel], tuple[DeadlineRule, ...]] = {
    (kind, level): (_GRAVE + _OPINION if level is CaseLevel.GRAVE else rules)
    for kind, rules in {
        CaseKind.OPINION: _OPINION,
        CaseKind.SUGGESTION: _answer(7),
        CaseKind.COMPLEX_SUGGESTION: _answer(15),
        CaseKind.MESSAGE: _answer(15),
    }.items()
    for level in CaseLevel
}


class Notice(StrEnum):
    """Who has been told of a deadline, one after the other."""

    NONE = "none"
    WARNING = "warning"  # the responsible body, before it ends
    PASSED = "passed"  # the section's head, when it has ended
    LEADER = "leader"
    OFFICE = "disclosure-office"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One clock of a case. `due_at` is the first moment that is late, None where it ends in a year
    whose holidays nobody has announced; `explained` says how it was counted."""

    case_id: str
    kind: DeadlineKind
    source: str
    explained: Words
    started_at: datetime
    due_at: datetime | None
    met_at: datetime | None = None
    told: Notice = Notice.NONE

    @property
    def late(self) -> bool:
        return self.met_at is not None and self.due_at is not None and self.met_at >= self.due_at

    @property
    def length(self) -> timedelta | None:
        return None if self.due_at is None else self.due_at - self.started_at


@dataclass(frozen=True, slots=True)
class Routing:
    """Which body a case belongs to, and why."""

    body_id: str
    reason: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """A case as it is opened, from an issue, a signal, or both."""

    title: str
    kind: CaseKind
    level: CaseLevel
    issue_id: str = ""
    signal_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`body_id` answers for it, `joint` bodies take part; `item_id` is the answer in the catalogue.
    `satisfaction` is 1 to 5, 0 while the citizen has not said. `round` grows with every reopening:
    a reopened case is answered anew, under new clocks. `assignee` is the login of who handles it
    in the body, empty for whoever takes it up."""

    id: str
    title: str
    kind: CaseKind
    level: CaseLevel
    state: CaseState
    issue_id: str
    signal_id: str
    body_id: str
    joint: tuple[str, ...]
    reason: str
    assessment: str
    disposal: str
    item_id: str
    satisfaction: int
    review: str
    round: int
    opened_at: datetime
    opened_by: str
    responded_at: datetime | None
    closed_at: datetime | None
    assignee: str = ""
