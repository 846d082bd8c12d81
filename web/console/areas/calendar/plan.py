"""One plan: moved to another time or cancelled, by who operates for every account of it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.publishing.agenda.models import Entry
from hub.publishing.service import When
from web.console.call import Call
from web.console.looking import may, require
from web.console.naming import names_of
from web.statuses import status_of

__all__ = ["cancel", "move", "shown"]


async def shown(call: Call) -> web.StreamResponse:
    return await _page(call, await _entry(call, call.request.match_info["id"]))


async def move(call: Call) -> web.StreamResponse:
    """To the day and time that were typed; what the services refuse is said beside the form."""
    entry = await _mine(call)
    try:
        at = _wall(call.text("day"), call.text("time"))
        when = When(zone=call.desk.zone, wall=at)
        moved, left = await call.desk.publishing.reschedule(
            entry.plan_id, when, call.login, reason=call.text("reason").strip()[:500]
        )
    except GongkaiError as error:
        if call.partial:
            return call.page("_refused", error=error, status=status_of(error))
        return await _page(call, entry, error)
    counts = {"moved": moved, "left": left or ""}
    day = at.date().isoformat()
    view = call.text("view") or "day"
    return call.go("/calendar", view=view, day=day, said="moved", **counts)


async def cancel(call: Call) -> web.StreamResponse:
    entry = await _mine(call)
    await call.desk.publishing.cancel(call.login, plan_id=entry.plan_id)
    return call.go(f"/calendar/plans/{entry.plan_id}", said="cancelled")


async def _page(call: Call, entry: Entry, problem: GongkaiError | None = None) -> web.Response:
    local = entry.due_at.astimezone(ZoneInfo(call.desk.zone))
    return call.page(
        "calendar/plan",
        status=status_of(problem) if problem else 200,
        entry=entry,
        local=local,
        body=(await call.desk.organisations.bodies(entry.body_id))[0],
        moving=may(call),
        names=await names_of(call, [entry.created_by]),
        problem=problem,
        typed={name: call.text(name) for name in ("day", "time", "reason")},
    )


async def _entry(call: Call, plan_id: str) -> Entry:
    return await call.desk.agendas.entry(plan_id, await call.desk.sights.of(call.login))


async def _mine(call: Call) -> Entry:
    entry = await _entry(call, call.text("plan"))
    _, deliveries = await call.desk.publishing.progress(entry.plan_id)
    await require(call, {delivery.account_id for delivery in deliveries})
    return entry


def _wall(day: str, time: str) -> datetime:
    try:
        return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=None)
    except ValueError:
        raise InvalidInput(
            Words("请填写日期和时间", "give a day and a time"),
            field="day",
            remedy=Words("如 2026-12-01 与 09:00", "such as 2026-12-01 and 09:00"),
        ) from None
