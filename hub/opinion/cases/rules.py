"""Which deadlines a case has, who is told when, and whose matter it is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from hub.kernel.clock import CHINA
from hub.kernel.errors import Words
from hub.opinion.cases.models import (
    DEADLINES,
    Case,
    CaseKind,
    CaseLevel,
    Deadline,
    DeadlineRule,
    Notice,
    Routing,
)
from hub.opinion.judging.models import Intent
from hub.opinion.judging.taxonomy import Labels
from hub.organisations.models import Body, BodyKind
from hub.review.clocks.counting import count_workdays, end_of

__all__ = [
    "deadlines_of",
    "goes_back",
    "kind_of_intent",
    "mean_stars",
    "notice_due",
    "route",
    "suggested_level",
]

_WARN_SHARE = 0.2  # the last fifth of a clock; of two days the last ten hours
_LEADER_AFTER, _OFFICE_AFTER = timedelta(hours=4), timedelta(hours=24)
_KINDS: Mapping[str, CaseKind] = {Intent.SUGGESTION: CaseKind.SUGGESTION}


def kind_of_intent(intent: str) -> CaseKind:
    """The kind of case that one citizen's message makes."""
    return _KINDS.get(intent, CaseKind.MESSAGE)


def suggested_level(*, acute: int, week: int, authors: int, burst: bool) -> CaseLevel:
    """The level that figures suggest; a person decides. Lives at stake are grave when many speak
    of them, major when one does; so is what bursts and many different people speak of."""
    if acute and (burst or authors >= 5):
        return CaseLevel.GRAVE
    if acute or (burst and authors >= 10) or week >= 50:
        return CaseLevel.MAJOR
    return CaseLevel.ORDINARY


def deadlines_of(
    case_id: str, kind: CaseKind, level: CaseLevel, started_at: datetime
) -> list[Deadline]:
    """Every clock that runs from `started_at`."""
    return [_deadline(case_id, rule, started_at) for rule in DEADLINES[kind, level]]


def _deadline(case_id: str, rule: DeadlineRule, started_at: datetime) -> Deadline:
    if rule.hours:
        due: datetime | None = started_at + timedelta(hours=rule.hours)
        explained = Words(f"{rule.hours} 小时", f"{rule.hours} hours")
    else:
        counted = count_workdays(started_at.astimezone(CHINA).date(), rule.workdays)
        due = end_of(counted.due) if counted.due else None
        told = f"{rule.workdays} 个工作日，起始日不计"
        unknown = f"；{counted.unknown_year} 年节假日未公布" if counted.unknown_year else ""
        explained = Words(
            told + unknown,
            f"{rule.workdays} working days, the first day not counted"
            + (f"; holidays of {counted.unknown_year} unknown" if counted.unknown_year else ""),
        )
    return Deadline(
        case_id=case_id,
        kind=rule.kind,
        source=rule.source,
        explained=Words(
            f"{rule.words.zh}：{explained.zh}（{rule.source}）",
            f"{rule.words.en}: {explained.en} ({rule.source})",
        ),
        started_at=started_at,
        due_at=due,
    )


def notice_due(deadline: Deadline, now: datetime) -> Notice:
    """Who is to be told by now, at the highest; never less than who was."""
    if deadline.met_at is not None or deadline.due_at is None or deadline.length is None:
        return deadline.told
    moments = (
        (deadline.due_at - deadline.length * _WARN_SHARE, Notice.WARNING),
        (deadline.due_at, Notice.PASSED),
        (deadline.due_at + _LEADER_AFTER, Notice.LEADER),
        (deadline.due_at + _OFFICE_AFTER, Notice.OFFICE),
    )
    reached = [notice for at, notice in moments if at <= now]
    order = list(Notice)
    return max([deadline.told, *reached], key=order.index)


def mean_stars(stars: Sequence[int]) -> int:
    """The mean of ratings in whole stars, halves up."""
    return (2 * sum(stars) + len(stars)) // (2 * len(stars))


def goes_back(case: Case) -> bool:
    """Whether one person's dissatisfaction reopens a case by itself: their own, and only once,
    so that nobody keeps a body at one matter for ever."""
    return bool(case.signal_id) and not case.issue_id and case.round == 1


def route(
    bodies: Sequence[Body], labels: Labels, departments: Iterable[str], place: str
) -> Routing | None:
    """The body that a matter belongs to: by the departments, the likeliest first, and among their
    bodies by place; without one, the government of the place. None where nothing fits."""
    for department in departments:
        names = labels.others_of(department)
        fitting = [
            body
            for body in bodies
            if body.kind is BodyKind.DEPARTMENT and any(name in body.name for name in names)
        ]
        if fitting:
            best = max(fitting, key=lambda body: (_near(body, place), -len(body.name), body.code))
            where = f"，地点{place}" if _near(best, place) else ""
            return Routing(
                best.id,
                Words(
                    f"职责：{department}{where}，故属{best.name}",
                    f"function {department}, place '{place}': {best.name}",
                ),
            )
    local = [body for body in bodies if body.kind is not BodyKind.DEPARTMENT and _near(body, place)]
    if not local:
        return None
    best = max(local, key=lambda body: (_near(body, place), body.code))
    reason = Words(f"地点{place}，属地办理", f"by place: {place}")
    return Routing(best.id, reason)


def _near(body: Body, place: str) -> int:
    """Signs of the body's region or name that the place has; 0 for none."""
    short = body.region.rstrip("省市区县")
    return len(short) if short and short in place else 0
