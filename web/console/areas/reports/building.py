"""Putting a report together: what is counted, what is shown, how it looks, and its name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput
from hub.opinion.briefs.models import Brief, Section
from hub.opinion.judging.models import Field
from hub.opinion.reports.errors import NothingInSight, ReportNamed
from hub.opinion.reports.models import Choice, Report, Rhythm
from hub.opinion.reports.rules import period_before
from web.console.areas.opinion.asked import day_of
from web.console.call import Call
from web.console.looking import channel_titles
from web.statuses import status_of

__all__ = ["begin", "drawn", "edit", "preview", "save"]

_LONGEST, _MOST = 64, 60
_HEARD = ("hotline", "feed")  # what is heard beside the channels that are published to
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """The form as it stands: `report` is the id of one that is changed."""

    name: str
    choice: Choice
    first: str
    last: str
    report: str = ""


async def begin(call: Call) -> web.StreamResponse:
    """With the filters of the page that led here."""
    first, last = period_before(Rhythm.WEEKLY, _today(call))
    typed = _Typed(
        name=call.asked("name")[:_MOST],
        choice=Choice(
            bodies=_some(call.asked("body")),
            topics=_some(call.asked("topic")),
            channels=_some(call.asked("channel")),
        ),
        first=call.asked("since")[:10] or first.isoformat(),
        last=call.asked("until")[:10] or last.isoformat(),
    )
    return await _page(call, typed)


async def edit(call: Call) -> web.StreamResponse:
    """One that is there, with the days of the last week."""
    one = await call.desk.listening.reports.get(call.request.match_info["id"], actor=call.login)
    first, last = period_before(Rhythm.WEEKLY, _today(call))
    typed = _Typed(
        name=one.name,
        choice=one.choice,
        first=first.isoformat(),
        last=last.isoformat(),
        report=one.id,
    )
    return await _page(call, typed)


async def preview(call: Call) -> web.StreamResponse:
    """How it would look; with htmx that part alone."""
    typed = _typed(call)
    try:
        made = await _previewed(call, typed)
    except (InvalidInput, NothingInSight) as error:
        if call.partial:
            return call.page("reports/_preview", status=200, brief=None, problem=error)
        return await _page(call, typed, problem=error)
    if call.partial:
        return call.page("reports/_preview", brief=made, charts=drawn(call, made), problem=None)
    return await _page(call, typed, made)


async def save(call: Call) -> web.StreamResponse:
    """Under its name, new or changed."""
    typed, reports = _typed(call), call.desk.listening.reports
    try:
        if typed.report:
            one: Report = await reports.change(
                typed.report, typed.name, typed.choice, actor=call.login
            )
        else:
            one = await reports.save(typed.name, typed.choice, actor=call.login)
    except (InvalidInput, ReportNamed, NothingInSight) as error:
        return await _page(call, typed, problem=error)
    return call.go(f"/reports/own/{one.id}", said="saved", first=typed.first, last=typed.last)


def drawn(call: Call, brief: Brief) -> dict[str, str]:
    """Every chart of a brief as SVG, by its name."""
    return {one.name: call.desk.listening.chart(one) for one in brief.series}


async def _previewed(call: Call, typed: _Typed) -> Brief:
    first, last = _days(call, typed.first, typed.last)
    reports = call.desk.listening.reports
    name = typed.name or call.word("reports.unnamed")
    return await reports.preview(name, typed.choice, first, last, actor=call.login)


def _days(call: Call, first: str, last: str) -> tuple[date, date]:
    today = _today(call)
    return day_of(first, "first") or today - _DAY, day_of(last, "last") or today


def _typed(call: Call) -> _Typed:
    def chosen(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one[:_LONGEST] for one in call.chosen.get(name, []) if one))

    shown = {one for one in chosen("sections") if one in set(Section)}
    return _Typed(
        name=call.text("name").strip()[: _MOST + 1],
        choice=Choice(
            bodies=chosen("bodies"),
            topics=chosen("topics"),
            channels=chosen("channels"),
            sections=tuple(one for one in Section if one in shown),
        ),
        first=call.text("first")[:10],
        last=call.text("last")[:10],
        report=call.text("report")[:26],
    )


async def _page(
    call: Call, typed: _Typed, made: Brief | None = None, problem: GongkaiError | None = None
) -> web.Response:
    desk = call.desk
    sight = await desk.sights.operated(call.login)
    heard = {one: call.word(f"reports.heard-{one}") for one in _HEARD}
    channels = {**channel_titles(call), **heard}
    values: dict[str, Any] = {
        "bodies": await desk.sights.choices(sight),
        "topics": desk.listening.labels[Field.TOPIC].names,
        "channels": channels,
        "sections": list(Section),
        "whole": sight.whole,
    }
    return call.page(
        "reports/build",
        status=status_of(problem) if problem else 200,
        typed=typed,
        brief=made,
        charts=drawn(call, made) if made else {},
        problem=problem,
        **values,
    )


def _today(call: Call) -> date:
    return call.desk.clock.now().astimezone(ZoneInfo(call.desk.zone)).date()


def _some(text: str) -> tuple[str, ...]:
    return (text[:_LONGEST],) if text else ()
