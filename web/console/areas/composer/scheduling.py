"""When it goes out: the time, what would be left out and why, and when it would be finished, told
before anything is planned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.catalogue.models import Item
from hub.kernel.clock import instant_of_wall_time
from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.publishing.forecast.models import Wave
from hub.publishing.forecast.service import PROPOSED, Forecast, Proposal
from hub.publishing.models import Priority
from hub.publishing.outreach.models import by_reason
from hub.publishing.recurring.models import NewRecurrence
from hub.publishing.service import Planned, When
from web.console.areas.composer.choosing import choices
from web.console.call import Call
from web.console.choosing import Chosen, chosen, require_channel
from web.console.looking import SCHEDULING
from web.statuses import status_of

__all__ = ["look", "planned", "schedule", "show"]

_MODES = ("now", "at", "slot", "recurring")
_NO_RULE = Words("请填写重复规则", "give the rule by which it comes again")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    mode: str
    when: When
    priority: Priority
    reason: str
    rule: str


async def show(call: Call) -> web.StreamResponse:
    item = await _item(call)
    return await _page(call, item, await chosen(call, item))


async def look(call: Call) -> web.StreamResponse:
    """The whole plan rehearsed by the rules that make it, and played to its end."""
    item = await _item(call)
    told = await chosen(call, item)
    problem, found = None, None
    try:
        found = await _rehearsed(call, item, told, _asked(call))
    except GongkaiError as error:
        problem = error
    if call.partial:
        return call.page("composer/_outlook", outlook=found, problem=problem, **_titles(call))
    return await _page(call, item, told, problem, found)


async def schedule(call: Call) -> web.StreamResponse:
    """Plan it, or have it come again and again."""
    item = await _item(call)
    told = await chosen(call, item)
    about = {"attempt": call.attempt, "subject": item.id}
    try:
        asked = _asked(call)
        require_channel(told)
        await call.desk.doors.require_accounts(call.login, told.selection, SCHEDULING, **about)
        if asked.mode == "recurring":
            await call.desk.recurrences.add(_recurrence(item, told, asked), actor=call.login)
            return call.go(f"/items/{item.id}/compose/schedule", said="recurring")
        made = await call.desk.publishing.plan(
            item.id,
            told.selection,
            asked.when,
            call.login,
            asked.priority,
            rings=call.desk.ring_order if call.text("rings") else None,
            reason=asked.reason,
        )
    except GongkaiError as error:
        return await _page(call, item, told, error)
    left = len(made.left_out)
    return call.go(f"/items/{item.id}/compose/plans/{made.plan.id}", left=left or "")


async def planned(call: Call) -> web.StreamResponse:
    """What was planned, looked over by every check before it goes out."""
    item = await _item(call)
    plan, _ = await call.desk.publishing.progress(call.request.match_info["plan"])
    if plan.item_id != item.id:
        raise InvalidInput(
            Words("该计划属于另一条信息", "that plan is of another item"),
            field="plan",
            remedy=Words("从日历打开该计划", "open it from the calendar"),
        )
    return call.page(
        "composer/planned",
        item=item,
        plan=plan,
        report=await call.desk.preflight.look(plan.id),
        **await choices(call, item),
    )


async def _item(call: Call) -> Item:
    return await call.item(call.request.match_info["item"], SCHEDULING)


def _asked(call: Call) -> _Asked:
    mode = call.text("mode")
    zone = call.text("zone").strip() or call.desk.zone
    instant_of_wall_time(datetime(2026, 1, 1), zone)  # refuses an unknown zone
    wall = _moment(call, "at") if mode in ("at", "recurring") or call.text("at") else None
    when = When(
        zone=zone,
        wall=None if mode == "now" else wall,
        next_slot=mode == "slot",
        embargo_until=_instant(call, "embargo", zone),
        not_after=_instant(call, "not_after", zone),
    )
    rule = call.text("rule").strip()
    if mode == "recurring" and not rule:
        raise InvalidInput(
            _NO_RULE, field="rule", remedy=Words("如 FREQ=WEEKLY;BYDAY=MO", "FREQ=WEEKLY;BYDAY=MO")
        )
    urgent = call.text("emergency") == "yes"
    return _Asked(
        mode=mode if mode in _MODES else "now",
        when=when,
        priority=Priority.EMERGENCY if urgent else Priority.ROUTINE,
        reason=call.text("reason").strip()[:500],
        rule=rule[:500],
    )


def _recurrence(item: Item, told: Chosen, asked: _Asked) -> NewRecurrence:
    if asked.when.wall is None:
        raise _no_time("at")
    return NewRecurrence(
        item_id=item.id,
        selection=told.selection,
        rule=asked.rule,
        starts=asked.when.wall,
        zone=asked.when.zone,
    )


async def _rehearsed(call: Call, item: Item, told: Chosen, asked: _Asked) -> dict[str, Any]:
    """Who is left out is asked of the planner itself; when it is finished, of the simulation."""
    desk = call.desk
    about = {"attempt": call.attempt, "subject": item.id}
    require_channel(told)
    await desk.doors.require_accounts(call.login, told.selection, SCHEDULING, **about)
    when = replace(asked.when, next_slot=False) if asked.mode == "recurring" else asked.when
    made = await desk.publishing.rehearse(
        item.id, told.selection, when, call.login, asked.priority, reason=asked.reason
    )
    proposal = Proposal(
        item_id=item.id, selection=told.selection, when=when, priority=asked.priority
    )
    until = _end_of_day(made, desk.zone)
    slots = asked.mode == "slot"
    played = None if slots else await desk.simulation.play(until, proposal)
    return {
        "plan": made.plan,
        "deliveries": made.deliveries,
        "late": made.late,
        "left_out": by_reason([(account.name, why) for account, why in made.left_out]),
        "waves": _waves(played) if played else [],
        "finish": _finish(played) if played else None,
        "machine": played.machine if played else None,
    }


def _end_of_day(made: Planned, zone: str) -> datetime:
    """What goes out on that day goes out beside it."""
    day = made.plan.due_at.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return instant_of_wall_time(datetime.combine(day, time()), zone)


def _waves(played: Forecast) -> list[dict[str, Any]]:
    """The proposed plan's, with moments as such."""
    return [
        {
            "channel": wave.name.partition("/")[2],
            "deliveries": wave.deliveries,
            "first": _at(wave.first),
            "median": _at(wave.median),
            "last": _at(wave.last),
            "waiting": wave.waiting,
            "expired": wave.expired,
            "held": wave.held,
        }
        for wave in _ours(played)
    ]


def _finish(played: Forecast) -> datetime | None:
    return _at(max((one.last for one in _ours(played) if one.last is not None), default=None))


def _ours(played: Forecast) -> list[Wave]:
    return [wave for wave in played.waves if wave.name.partition("/")[0] == PROPOSED]


def _at(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _moment(call: Call, name: str) -> datetime:
    try:
        return datetime.fromisoformat(call.text(name)).replace(tzinfo=None)
    except ValueError:
        raise _no_time(name) from None


def _instant(call: Call, name: str, zone: str) -> datetime | None:
    return instant_of_wall_time(_moment(call, name), zone) if call.text(name) else None


def _no_time(field: str) -> InvalidInput:
    return InvalidInput(
        Words("请填写日期和时间", "give a day and a time"),
        field=field,
        remedy=Words("如 2026-12-01 09:00", "such as 2026-12-01 09:00"),
    )


def _titles(call: Call) -> dict[str, Any]:
    return {"channels": {name: call.say(one.title) for name, one in call.desk.channels.items()}}


async def _page(
    call: Call,
    item: Item,
    told: Chosen,
    problem: GongkaiError | None = None,
    outlook: dict[str, Any] | None = None,
) -> web.Response:
    names = ("mode", "at", "zone", "embargo", "not_after", "emergency", "rings", "reason", "rule")
    return call.page(
        "composer/schedule",
        status=status_of(problem) if problem else 200,
        item=item,
        values=told.values,
        typed={name: call.text(name) for name in names},
        modes=_MODES,
        zone=call.desk.zone,
        outlook=outlook,
        problem=problem,
        **await choices(call, item),
    )
