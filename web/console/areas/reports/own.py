"""Reports that staff put together: theirs, one of them, made now or on a rhythm."""

from __future__ import annotations

import re
from datetime import date
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.opinion.reports.errors import NothingInSight
from hub.opinion.reports.models import Report, Rhythm
from hub.opinion.reports.rules import period_before
from web.console.areas.opinion.asked import day_of
from web.console.call import Call
from web.statuses import status_of

__all__ = ["delete", "listed", "make", "schedule", "shown"]

_ADDRESSES = 5_000
_BETWEEN = re.compile(r"[\s,;，；]+")


async def listed(call: Call) -> web.StreamResponse:
    services = call.desk.listening
    return call.page(
        "reports/own",
        reports=await services.reports.all(actor=call.login),
        supervising=await services.reports.sees_all(call.login),
    )


async def shown(call: Call) -> web.StreamResponse:
    return await _page(call, await _one(call))


async def make(call: Call) -> web.StreamResponse:
    """Now, of the days that are asked for; leads to what was made."""
    one = await _one(call)
    try:
        first, last = (_need_day(call, name) for name in ("first", "last"))
        made = await call.desk.listening.reports.make(one.id, first, last, actor=call.login)
    except (InvalidInput, NothingInSight) as error:
        return await _page(call, one, error)
    return call.go(f"/reports/{made.id}")


async def schedule(call: Call) -> web.StreamResponse:
    one = await _one(call)
    try:
        addresses = _BETWEEN.split(call.text("recipients")[:_ADDRESSES].strip())
        await call.desk.listening.reports.schedule(
            one.id, _rhythm(call.text("rhythm")), addresses, actor=call.login
        )
    except InvalidInput as error:
        return await _page(call, one, error)
    return call.go(f"/reports/own/{one.id}", said="scheduled")


async def delete(call: Call) -> web.StreamResponse:
    one = await _one(call)
    await call.desk.listening.reports.delete(one.id, actor=call.login)
    return call.go("/reports/own", said="deleted")


async def _one(call: Call) -> Report:
    return await call.desk.listening.reports.get(call.request.match_info["id"], actor=call.login)


async def _page(call: Call, one: Report, problem: GongkaiError | None = None) -> web.Response:
    services, desk = call.desk.listening, call.desk
    today = desk.clock.now().astimezone(ZoneInfo(desk.zone)).date()
    usual = period_before(one.rhythm if one.rhythm is not Rhythm.NONE else Rhythm.WEEKLY, today)
    first, last = (call.text(n) or call.asked(n)[:10] for n in ("first", "last"))
    bodies = {body.code: body.name for body in await desk.organisations.bodies()}
    return call.page(
        "reports/own-one",
        status=status_of(problem) if problem else 200,
        one=one,
        made=await services.reports.made(one),
        bodies=bodies,
        first=first or usual[0].isoformat(),
        last=last or usual[1].isoformat(),
        rhythms=list(Rhythm),
        recipients=call.text("recipients") or "\n".join(one.recipients),
        hour=services.brief_hour,
        mailing=services.sending.open,
        problem=problem,
    )


def _rhythm(told: str) -> Rhythm:
    if told not in set(Rhythm):
        raise InvalidInput(Words("请选择周期", "choose a rhythm"), field="rhythm")
    return Rhythm(told)


def _need_day(call: Call, field: str) -> date:
    found = day_of(call.text(field), field)
    if found is None:
        raise InvalidInput(Words("请选日期", "choose a day"), field=field)
    return found
