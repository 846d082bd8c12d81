"""The working days of a year, and when the desks of bodies answer."""

from __future__ import annotations

from calendar import Calendar
from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.conversation.desk.errors import BadDeskHours
from hub.conversation.desk.models import OfficeHours
from hub.kernel.calendar import DayKind, day_kind
from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.organisations.errors import UnknownBody
from hub.organisations.models import Role
from web.console.call import Call
from web.statuses import status_of

__all__ = ["OFFICERS", "hours", "set_hours", "year"]

OFFICERS = frozenset({Role.ADMIN, Role.DISCLOSURE_OFFICE})
_FIRST = 2004  # before that nobody has carried the announcements together


async def year(call: Call) -> web.StreamResponse:
    today = call.desk.clock.now().astimezone(ZoneInfo(call.desk.zone)).date()
    asked = call.asked("year")
    shown = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today.year
    shown = min(max(shown, _FIRST), today.year + 2)
    months = [
        [[_told(day, number) for day in week] for week in weeks]
        for number, weeks in enumerate(Calendar().yeardatescalendar(shown, 12)[0], 1)
    ]
    kinds = Counter(one[1] for weeks in months for week in weeks for one in week if one is not None)
    return call.page(
        "calendars/year",
        year=shown,
        today=today,
        months=months,
        counts={kind: kinds[kind] for kind in DayKind},
        first=_FIRST,
        last=today.year + 2,
    )


async def hours(call: Call) -> web.StreamResponse:
    return await _hours(call)


async def set_hours(call: Call) -> web.StreamResponse:
    """By who is administrator or disclosure office of the body or above it."""
    try:
        body = await call.desk.organisations.body(call.text("body"))
        await call.desk.doors.require_within_reach(
            call.login, body.id, OFFICERS, attempt=call.attempt
        )
        minutes = call.text("limit_minutes").strip()
        if not (minutes.isascii() and minutes.isdigit() and len(minutes) < 7):
            raise InvalidInput(Words("时限须为分钟数", "give minutes"), field="limit_minutes")
        given = OfficeHours(
            body_id=body.id, hours=call.text("hours").strip(), limit_minutes=int(minutes)
        )
        await call.desk.governing.hours.set_hours(given, actor=call.login)
    except (InvalidInput, UnknownBody, BadDeskHours) as error:
        return await _hours(call, error)
    return call.go("/settings/calendars/hours", said="hours", q=body.name)


async def _hours(call: Call, problem: GongkaiError | None = None) -> web.Response:
    sight = await call.desk.sights.of(call.login)
    text = call.asked("q").strip()[:100]
    bodies = [one for one in await call.desk.organisations.bodies() if one.id in sight.bodies]
    found = [one for one in bodies if text in one.name or text.lower() in one.code.lower()]
    shown = found[:200]
    hours = await call.desk.governing.hours.hours_of([one.id for one in shown])
    held = [(one, hours[one.id]) for one in shown]
    return call.page(
        "calendars/hours",
        status=status_of(problem) if problem else 200,
        held=held,
        bodies=bodies,
        given=call.form,
        problem=problem,
        q=text,
    )


def _told(day: date, month: int) -> tuple[date, DayKind] | None:
    """A day of the month with what it is; None for one that only fills its first or last week."""
    return (day, day_kind(day)) if day.month == month else None
