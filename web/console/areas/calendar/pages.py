"""The calendar's views; a window at a time, counted by the day and shown in part."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.publishing.agenda.models import Asked, Mark
from hub.publishing.timing.models import Blackout
from web.console.areas.calendar.span import Span, View, kinds, span_of
from web.console.call import Call
from web.console.looking import channel_titles, looking, may

__all__ = ["calendar", "day_of"]

_EACH = {View.MONTH: 3, View.WEEK: 12}
_PAGE = 100


async def calendar(call: Call) -> web.StreamResponse:
    zone = ZoneInfo(call.desk.zone)
    today = call.desk.clock.now().astimezone(zone).date()
    view = call.asked("view")
    span = span_of(View(view) if view in set(View) else View.MONTH, day_of(call, "day") or today)
    seen = await looking(call)
    query = {"view": span.view.value, "day": span.day.isoformat(), "body": seen.body}
    query["channel"] = call.asked("channel")[:64]
    asked = Asked(sight=seen.sight, channel=query["channel"])
    return call.page(
        "calendar/calendar",
        **await _content(call, span, asked),
        span=span,
        query=query,
        views=list(View),
        marks=list(Mark),
        today=today,
        zone=zone,
        bodies=seen.bodies,
        channels=channel_titles(call),
        kinds=kinds(span.first, span.days or 1),
        silences=_by_day(await call.desk.timing.blackouts(), span, zone),
        moving=may(call),
    )


async def _content(call: Call, span: Span, asked: Asked) -> dict[str, Any]:
    agendas = call.desk.agendas
    if span.view in _EACH:
        days = await agendas.days(asked, span.first, span.days, _EACH[span.view])
        return {"days": days, "page": None}
    page = await agendas.page(asked, span.first, span.days or None, call.asked("after"), _PAGE)
    return {"days": [], "page": page}


def day_of(call: Call, name: str) -> date | None:
    try:
        return date.fromisoformat(call.asked(name))
    except ValueError:
        return None


def _by_day(blackouts: list[Blackout], span: Span, zone: ZoneInfo) -> dict[date, list[Blackout]]:
    """The blackouts in force on each day that is shown."""
    found: dict[date, list[Blackout]] = {}
    for n in range(span.days or 1):
        day = span.first + timedelta(days=n)
        since = datetime.combine(day, time(), zone)
        until = datetime.combine(day + timedelta(days=1), time(), zone)
        found[day] = [
            one
            for one in blackouts
            if one.starts_at < until
            and one.ends_at > since
            and (one.lifted_at is None or one.lifted_at > since)
        ]
    return found
