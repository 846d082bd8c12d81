"""The lanes: each account's posting times by the day; a delivery moved into a free one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.publishing.board.models import Line
from hub.publishing.slots.models import Asked, Lane, Slot, SlotStanding
from web.console.areas.calendar.pages import day_of
from web.console.areas.calendar.span import View, span_of
from web.console.call import Call
from web.console.looking import channel_titles, looking, may, require
from web.statuses import status_of

__all__ = ["ask", "move", "shown"]

_LANES, _AHEAD, _ID = 20, 28, 26


async def shown(call: Call) -> web.StreamResponse:
    """A week of lanes, of the accounts in sight that have posting times."""
    zone = ZoneInfo(call.desk.zone)
    today = call.desk.clock.now().astimezone(zone).date()
    span = span_of(View.WEEK, day_of(call, "day") or today)
    seen = await looking(call)
    query = {
        "day": span.day.isoformat(),
        "body": seen.body,
        "channel": call.asked("channel")[:64],
        "account": call.asked("account")[:_ID],
    }
    found = await call.desk.slots.lanes(
        Asked(
            sight=seen.sight,
            first=span.first,
            days=span.days,
            channel=query["channel"],
            account_id=query["account"],
            after=call.asked("after")[:_ID],
            limit=_LANES,
        )
    )
    days = [span.first + timedelta(days=n) for n in range(span.days)]
    return call.page(
        "calendar/slots",
        found=found,
        days=days,
        by_day={one.account.id: _by_day(one, days, zone) for one in found.lanes},
        span=span,
        query=query,
        today=today,
        zone=zone,
        bodies=seen.bodies,
        channels=channel_titles(call),
        moving=may(call),
    )


async def ask(call: Call) -> web.StreamResponse:
    """The form that moves one delivery, with the free slots of its account in the coming weeks."""
    return await _form(call, await _mine(call, call.request.match_info["id"]))


async def move(call: Call) -> web.StreamResponse:
    """Into the slot that was chosen; what the services refuse is said beside the form."""
    line = await _mine(call, call.request.match_info["id"])
    try:
        at = _instant(call.text("at"))
        moved = await call.desk.publishing.move_to_slot(
            line.id, at, call.login, reason=call.text("reason").strip()[:500]
        )
    except GongkaiError as error:
        return await _form(call, line, error)
    day = moved.due_at.astimezone(ZoneInfo(call.desk.zone)).date().isoformat()
    return call.go("/calendar/slots", day=day, account=line.account_id, said="slotted")


async def _form(call: Call, line: Line, problem: GongkaiError | None = None) -> web.Response:
    desk, zone = call.desk, ZoneInfo(call.desk.zone)
    now = desk.clock.now()
    found = await desk.slots.lanes(
        Asked(
            sight=await desk.sights.of(call.login),
            first=now.astimezone(zone).date(),
            days=_AHEAD,
            account_id=line.account_id,
        )
    )
    lane = next(iter(found.lanes), None)
    free = [one for one in lane.slots if one.standing is SlotStanding.FREE] if lane else []
    chosen = call.text("at") or call.asked("at")[:40]
    return call.page(
        "calendar/slot",
        status=status_of(problem) if problem else 200,
        line=line,
        local=line.due_at.astimezone(zone),
        choices=[(one.at.isoformat(), _said(one.at.astimezone(zone), call)) for one in free],
        chosen=chosen,
        channels=channel_titles(call),
        periods=lane.periods if lane else (),
        problem=problem,
    )


async def _mine(call: Call, delivery_id: str) -> Line:
    """The delivery, once it is sure that they operate for its account."""
    line = await call.desk.board.line(delivery_id[:_ID], await call.desk.sights.of(call.login))
    await require(call, {line.account_id})
    return line


def _by_day(lane: Lane, days: list[date], zone: ZoneInfo) -> dict[date, list[Slot]]:
    """The lane's slots by the day, and what goes out beside them as slots of its own, in order."""
    besides = [Slot(at=o.at, standing=SlotStanding.TAKEN, booked=(o,)) for o in lane.besides]
    found: dict[date, list[Slot]] = {day: [] for day in days}
    for one in sorted([*lane.slots, *besides], key=lambda slot: slot.at):
        found.setdefault(one.at.astimezone(zone).date(), []).append(one)
    return found


def _said(at: datetime, call: Call) -> str:
    return f"{at:%m-%d} {call.word(f'calendar.weekday-{at.weekday()}')} {at:%H:%M}"


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text[:40])
    except ValueError:
        raise _no_slot() from None
    if at.tzinfo is None:
        raise _no_slot()
    return at


def _no_slot() -> InvalidInput:
    return InvalidInput(
        Words("请选择时段", "choose a slot"),
        field="at",
        remedy=Words("从列出的空闲时段中选择", "choose among the free slots"),
    )
