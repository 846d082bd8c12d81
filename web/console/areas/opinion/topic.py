"""One topic: how it went on, how far it has come, what it consists of, and what to do about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.opinion.cases.models import CaseKind, CaseLevel, NewCase
from hub.opinion.issues.models import DayCount, Issue, SpreadBy, Verification
from hub.opinion.rumours.models import LinkKind
from hub.opinion.stream.models import Wanted
from hub.organisations.models import Role
from web.console.areas.opinion.asked import sight_of
from web.console.areas.opinion.drawing import columns
from web.console.areas.opinion.lists import names_of
from web.console.call import Call
from web.console.looking import channel_titles, may
from web.statuses import status_of

__all__ = ["OPENING", "open_case", "shown", "unlink", "verify"]

OPENING = frozenset({Role.DISCLOSURE_OFFICE})  # 国办发〔2016〕61号: the office coordinates
_SAMPLES = 8


async def shown(call: Call) -> web.StreamResponse:
    return await _page(call, await _issue_id(call))


async def verify(call: Call) -> web.StreamResponse:
    """What looking into hearsay found."""
    issue_id = await _issue_id(call)
    told = call.text("found")
    if told not in set(Verification):
        raise InvalidInput(Words("没有这种核实结果", "no such finding"), field="found")
    await call.desk.listening.issues.verify(issue_id, Verification(told), actor=call.login)
    return call.go(f"/opinion/topics/{issue_id}", said="verified")


async def unlink(call: Call) -> web.StreamResponse:
    """The clarification is about something else."""
    issue_id = await _issue_id(call)
    await call.desk.listening.rumours.refuse(LinkKind.ISSUE, issue_id, actor=call.login)
    return call.go(f"/opinion/topics/{issue_id}", said="unlinked")


async def open_case(call: Call) -> web.StreamResponse:
    """A case of it, whose clocks start now."""
    issue_id = await _issue_id(call)
    kind, level = call.text("kind"), call.text("level")
    if kind not in set(CaseKind) or level not in set(CaseLevel):
        raise InvalidInput(Words("请选类别和级别", "choose a kind and a level"), field="kind")
    new = NewCase(
        title=call.text("title")[:300],
        kind=CaseKind(kind),
        level=CaseLevel(level),
        issue_id=issue_id,
    )
    try:
        await call.desk.listening.cases.open(new, actor=call.login)
    except InvalidInput as error:
        return await _page(call, issue_id, error)
    return call.go(f"/opinion/topics/{issue_id}", said="opened")


async def _issue_id(call: Call) -> str:
    """The issue of the address; raises UnknownIssue for one that is out of sight."""
    issue_id = call.request.match_info["id"]
    known = await call.desk.listening.issues.known([issue_id])
    gone = known[issue_id].merged_into if issue_id in known else ""
    await call.desk.listening.stream.require_issues([gone or issue_id], await sight_of(call))
    return issue_id


async def _page(call: Call, issue_id: str, problem: GongkaiError | None = None) -> web.Response:
    services, sight = call.desk.listening, await sight_of(call)
    issue, days = await services.issues.issue(issue_id)
    lines = (await services.stream.page(Wanted(issue_id=issue_id, limit=_SAMPLES), sight)).lines
    return call.page(
        "opinion/topic",
        status=status_of(problem) if problem else 200,
        issue=issue,
        days=list(reversed(days)),
        drawn=await _drawn(call, issue, days),
        lines=lines,
        names=await names_of(call, lines),
        channels=channel_titles(call),
        clarified=await services.rumours.clarification(LinkKind.ISSUE, issue_id),
        cases=await services.cases.about(issue_id),
        whole=sight.whole,
        problem=problem,
        **await _around(call, issue_id),
        **_acts(call),
    )


def _acts(call: Call) -> dict[str, Any]:
    return {
        "kinds": list(CaseKind),
        "levels": list(CaseLevel),
        "findings": [one for one in Verification if one is not Verification.NONE],
        "may_open": may(call, OPENING),
    }


async def _drawn(call: Call, issue: Issue, days: list[DayCount]) -> Any:
    """Columns up to the last day that has any."""
    if not days:
        return None
    last = days[-1].day
    today = call.desk.clock.now().astimezone(ZoneInfo(call.desk.zone)).date()
    bursts = await call.desk.listening.issues.bursts(last - timedelta(days=90))
    own = [burst for burst, _ in bursts if burst.issue_id == issue.id]
    return columns(days, today if (today - last).days < 14 else last, own)


async def _around(call: Call, issue_id: str) -> dict[str, Any]:
    """How far it has come, and what is suggested about it."""
    services = call.desk.listening
    spread = await services.issues.spread(issue_id)
    mine = [
        one
        for one in await services.issues.suggestions()
        if issue_id == one.issue_id or issue_id in one.others
    ]
    return {
        "by_channel": [one for one in spread if one.by is SpreadBy.CHANNEL],
        "by_place": [one for one in spread if one.by is SpreadBy.PLACE],
        "suggested": len(mine),
    }
