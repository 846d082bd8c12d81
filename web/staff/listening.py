"""What the staff API does with public opinion: signals, issues, cases; read and judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.opinion.cases.board.models import View
from hub.opinion.cases.models import Case, NewCase
from hub.opinion.issues.models import DayCount, HotIssue, Issue
from hub.opinion.stream.models import Line, Wanted
from web.console.areas.cases.who import OFFICE
from web.staff.asked import instant
from web.staff.asked_boards import (
    CorrectSignal,
    LevelCase,
    NoteCase,
    OpenCase,
    ReturnCase,
    RouteCase,
    VerifyIssue,
)
from web.staff.desk import Call
from web.staff.opinion_shapes import (
    StaffCase,
    StaffCasePage,
    StaffCaseView,
    StaffDeadline,
    StaffIssue,
    StaffIssueDay,
    StaffIssues,
    StaffIssueView,
    StaffJudged,
    StaffSignal,
    StaffSignals,
)
from web.staff.queries import AskCases, AskIssues, AskSignals

__all__ = [
    "accept_case",
    "case_in_sight",
    "case_view",
    "correct_signal",
    "get_case",
    "get_issue",
    "get_signal",
    "level_case",
    "list_cases",
    "list_issues",
    "list_signals",
    "note_case",
    "open_case",
    "return_case",
    "route_case",
    "verify_issue",
    "wanted_signals",
]


async def list_signals(call: Call) -> StaffSignals:
    """Of the bodies that the caller operates."""
    asked: AskSignals = call.asked
    sight = await call.services.sights.operated(call.login, under=asked.body)
    page = await call.services.stream.page(wanted_signals(asked), sight)
    found = tuple(_signal(line) for line in page.lines)
    return StaffSignals(signals=found, next=page.next, filled=page.filled)


def wanted_signals(asked: AskSignals) -> Wanted:
    """What a query narrows the stream to."""
    return Wanted(
        topic=asked.topic,
        department=asked.department,
        intent=asked.intent,
        mood=asked.mood,
        urgency=asked.urgency,
        kind=asked.kind,
        channel=asked.channel,
        places=(asked.place,) if asked.place else (),
        issue_id=asked.issue,
        since=instant(asked.since, "since"),
        until=instant(asked.until, "until"),
        after=asked.after,
        limit=asked.limit,
    )


async def get_signal(call: Call) -> StaffSignal:
    return _signal(await _line(call))


async def correct_signal(call: Call) -> StaffSignal:
    """What an analyst says becomes a label to learn from."""
    told: CorrectSignal = call.told
    line = await _line(call)
    judging = call.services.judging
    await judging.correct(line.signal.id, told.field, told.value.strip(), actor=call.login)
    return _signal(await _line(call))


async def list_issues(call: Call) -> StaffIssues:
    """The hot list of the last seven days, as far as the caller sees a signal of it."""
    asked: AskIssues = call.asked
    sight = await call.services.sights.operated(call.login, under=asked.body)
    lines = await call.services.issues.hot(asked.limit)
    ids = [one.issue.id for one in lines]
    seen = await call.services.stream.issues_in_sight(ids, sight)
    return StaffIssues(issues=tuple(_hot(one) for one in lines if one.issue.id in seen))


async def get_issue(call: Call) -> StaffIssueView:
    return await _issue_view(call, await _issue_id(call))


async def verify_issue(call: Call) -> StaffIssueView:
    told: VerifyIssue = call.told
    issue_id = await _issue_id(call)
    await call.services.issues.verify(issue_id, told.found, actor=call.login)
    return await _issue_view(call, issue_id)


async def list_cases(call: Call) -> StaffCasePage:
    """Newest first; who does not see everything sees the cases that their bodies answer for."""
    asked: AskCases = call.asked
    sight = await call.services.sights.of(call.login)
    found = await call.services.cases.cases(
        state=asked.state,
        before=asked.before,
        limit=asked.limit,
        bodies=None if sight.whole else sight.bodies,
        assignee=asked.handler,
    )
    more = found[-1].id if len(found) == asked.limit else ""
    return StaffCasePage(cases=tuple(_case(one) for one in found), next=more)


async def get_case(call: Call) -> StaffCaseView:
    return await case_view(call, (await case_in_sight(call)).id)


async def open_case(call: Call) -> StaffCaseView:
    """Of what the caller sees."""
    told: OpenCase = call.told
    services, sight = call.services, await call.services.sights.operated(call.login)
    if told.issue:
        await services.stream.require_issues([told.issue], sight)
    if told.signal:
        await services.stream.line(told.signal, sight)
    new = NewCase(
        title=told.title,
        kind=told.kind,
        level=told.level,
        issue_id=told.issue,
        signal_id=told.signal,
    )
    return await case_view(call, (await services.cases.open(new, actor=call.login)).id)


async def level_case(call: Call) -> StaffCaseView:
    told: LevelCase = call.told
    case = await case_in_sight(call)
    await call.services.cases.set_level(case.id, told.level, actor=call.login)
    return await case_view(call, case.id)


async def route_case(call: Call) -> StaffCaseView:
    """To the body that has to answer."""
    told: RouteCase = call.told
    case, organisations = await case_in_sight(call), call.services.organisations
    owner = (await organisations.body(told.body)).id if told.body else ""
    joint = [(await organisations.body(code)).id for code in told.joint]
    await call.services.cases.route(
        case.id, actor=call.login, body_id=owner, reason=told.reason, joint=joint
    )
    return await case_view(call, case.id)


async def return_case(call: Call) -> StaffCaseView:
    """It is not that body's matter."""
    told: ReturnCase = call.told
    case = await case_in_sight(call)
    await call.services.cases.send_back(case.id, told.reason, actor=call.login)
    return await case_view(call, case.id)


async def accept_case(call: Call) -> StaffCaseView:
    case = await case_in_sight(call)
    await call.services.cases.accept(case.id, actor=call.login)
    return await case_view(call, case.id)


async def note_case(call: Call) -> StaffCaseView:
    told: NoteCase = call.told
    case = await case_in_sight(call)
    await call.services.cases.note(
        case.id, actor=call.login, assessment=told.assessment, disposal=told.disposal
    )
    return await case_view(call, case.id)


async def _line(call: Call) -> Line:
    """The signal of the path, if it is in sight; UnknownSignal."""
    sight = await call.services.sights.operated(call.login)
    return await call.services.stream.line(call.request.match_info["signal"], sight)


async def _issue_id(call: Call) -> str:
    """The issue of the path, if a signal of it is in sight; UnknownIssue."""
    issue_id, services = call.request.match_info["issue"], call.services
    known = await services.issues.known([issue_id])
    gone = known[issue_id].merged_into if issue_id in known else ""
    sight = await services.sights.operated(call.login)
    await services.stream.require_issues([gone or issue_id], sight)
    return issue_id


async def case_in_sight(call: Call) -> Case:
    """The case of the path; raises UnknownCase for one that is out of sight. Who hands cases out
    sees those that no body has yet. Who may take which step is asked by the case's own service."""
    sight = await call.services.sights.of(call.login)
    view = View(sight=sight, unrouted=await call.holds(OFFICE.roles))
    board = call.services.console.listening.case_board
    return await board.require(call.part("case"), view)


async def _issue_view(call: Call, issue_id: str) -> StaffIssueView:
    issue, days = await call.services.issues.issue(issue_id)
    cases = await call.services.cases.about(issue_id)
    return StaffIssueView(
        issue=_issue(issue),
        days=tuple(_day(one) for one in days),
        cases=tuple(one.id for one in cases),
    )


async def case_view(call: Call, case_id: str) -> StaffCaseView:
    case, deadlines = await call.services.cases.case(case_id)
    told = [
        StaffDeadline(
            kind=one.kind.value,
            source=one.source,
            started_at=one.started_at,
            due_at=one.due_at,
            met_at=one.met_at,
        )
        for one in deadlines
    ]
    return StaffCaseView(case=_case(case), deadlines=tuple(told))


def _signal(line: Line) -> StaffSignal:
    one = line.signal
    return StaffSignal(
        id=one.id,
        channel=one.channel,
        kind=one.kind.value,
        title=one.title,
        text=one.text,
        event_at=one.event_at,
        received_at=one.received_at,
        body=one.body_id,
        item=one.item_id,
        place=one.place,
        url=one.url,
        likes=one.likes,
        judged=_judged(line.judged) if line.judged else None,
        issue=line.issue_id,
        copy_of=line.copy_of,
    )


def _judged(row: Mapping[str, Any]) -> StaffJudged:
    names = ("intent", "topic", "department", "urgency", "mood", "place", "band")
    said = {name: str(row[name]) for name in names}
    return StaffJudged(confidence=float(row["confidence"]), **said)


def _hot(one: HotIssue) -> StaffIssue:
    return _issue(one.issue, week=one.week, negative=one.negative, heat=one.heat.total)


def _issue(one: Issue, *, week: int = 0, negative: int = 0, heat: float = 0.0) -> StaffIssue:
    return StaffIssue(
        id=one.id,
        title=one.title,
        topic=one.topic,
        department=one.department,
        place=one.place,
        first_at=one.first_at,
        last_at=one.last_at,
        signals=one.signals,
        copies=one.copies,
        authors=one.authors,
        rumours=one.rumours,
        verification=one.verification.value,
        merged_into=one.merged_into,
        week=week,
        negative=negative,
        heat=heat,
    )


def _day(one: DayCount) -> StaffIssueDay:
    return StaffIssueDay(day=one.day, signals=one.signals, negative=one.negative, likes=one.likes)


def _case(one: Case) -> StaffCase:
    return StaffCase(
        id=one.id,
        title=one.title,
        kind=one.kind.value,
        level=one.level.value,
        state=one.state.value,
        issue=one.issue_id,
        signal=one.signal_id,
        body=one.body_id,
        joint=tuple(one.joint),
        reason=one.reason,
        assessment=one.assessment,
        disposal=one.disposal,
        item=one.item_id,
        handler=one.assignee,
        review=one.review,
        satisfaction=one.satisfaction,
        round=one.round,
        opened_at=one.opened_at,
        opened_by=one.opened_by,
        responded_at=one.responded_at,
        closed_at=one.closed_at,
    )
