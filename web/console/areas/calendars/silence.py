"""Periods in which nothing routine goes out: declared, shown with what they hold back, lifted."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from hub.kernel.errors import Conflict, GongkaiError, InvalidInput, Words
from hub.organisations.errors import UnknownBody
from hub.organisations.models import Role
from hub.publishing.timing.models import NewBlackout
from web.console.areas.calendars.pages import OFFICERS
from web.console.call import Call
from web.console.looking import channel_titles
from web.statuses import status_of

__all__ = ["declare", "lift", "shown"]

_SHOWN = 100
_ROLES = OFFICERS | {Role.MEDIA}


async def shown(call: Call) -> web.StreamResponse:
    return await _page(call)


async def declare(call: Call) -> web.StreamResponse:
    """For a body by who operates it; for everybody by who operates them all."""
    try:
        await _require(call, call.text("body"))
        new = NewBlackout(
            name=call.text("name").strip(),
            starts=_wall(call.text("from"), "from"),
            ends=_wall(call.text("until"), "until"),
            zone=call.desk.zone,
            body_code=call.text("body"),
            channel=_channel(call),
        )
        made = await call.desk.timing.declare_blackout(new, actor=call.login)
    except (InvalidInput, UnknownBody) as error:
        return await _page(call, error)
    held = len(made.affected)
    return call.go("/settings/calendars/silence", said="declared", held=held)


async def lift(call: Call) -> web.StreamResponse:
    declared = await call.desk.timing.blackout(call.request.match_info["id"])
    bodies = await call.desk.organisations.bodies()
    codes = {one.id: one.code for one in bodies}
    await _require(call, codes.get(declared.blackout.body_id, ""))
    try:
        await call.desk.timing.lift_blackout(declared.blackout.id, actor=call.login)
    except Conflict as error:
        return await _page(call, error)
    return call.go("/settings/calendars/silence", said="lifted")


async def _require(call: Call, code: str) -> None:
    doors = call.desk.doors
    if not code:
        await doors.require_whole(call.login, _ROLES, attempt=call.attempt)
        return
    body = await call.desk.organisations.body(code)
    await doors.require_within_reach(call.login, body.id, _ROLES, attempt=call.attempt)


async def _page(call: Call, problem: GongkaiError | None = None) -> web.Response:
    """What concerns the bodies in sight: their own periods, and those for everybody."""
    sight = await call.desk.sights.of(call.login)
    bodies = [one for one in await call.desk.organisations.bodies() if one.id in sight.bodies]
    names = {one.id: one.name for one in bodies}
    found = [
        one for one in await call.desk.timing.blackouts() if not one.body_id or one.body_id in names
    ]
    return call.page(
        "calendars/silence",
        status=status_of(problem) if problem else 200,
        blackouts=found[:_SHOWN],
        names=names,
        bodies=bodies,
        channels=channel_titles(call),
        given=call.form,
        problem=problem,
    )


def _channel(call: Call) -> str:
    name = call.text("channel")
    if name and name not in call.desk.channels:
        raise InvalidInput(Words("没有这个渠道", "no such channel"), field="channel")
    return name


def _wall(text: str, field: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise InvalidInput(
            Words("请填写日期和时间", "give a day and a time"),
            field=field,
            remedy=Words("如 2026-12-13 00:00", "such as 2026-12-13 00:00"),
        ) from None
