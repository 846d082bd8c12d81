"""What the staff API does with plans: the calendar, a forecast, moving, cancelling."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hub.kernel.clock import instant_of_wall_time
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.authority.rules import PLANNING
from hub.publishing.agenda.models import Asked, Entry
from hub.publishing.forecast.models import Wave
from hub.publishing.forecast.service import PROPOSED, Proposal
from hub.publishing.service import When
from web.staff.asked import instant, wall_time
from web.staff.asked_boards import Forecast, MovePlan
from web.staff.board_shapes import (
    StaffAgenda,
    StaffCancelled,
    StaffDay,
    StaffDays,
    StaffEntry,
    StaffForecast,
    StaffMoved,
    StaffWave,
)
from web.staff.desk import Call
from web.staff.queries import AskAgenda, AskDays

__all__ = [
    "cancel_plan",
    "count_days",
    "forecast_plan",
    "get_plan",
    "list_plans",
    "move_plan",
]

_DAY = timedelta(days=1)
_FARTHEST = timedelta(days=31)
_YEARS = (2000, 2200)


async def list_plans(call: Call) -> StaffAgenda:
    """Plans of the bodies in the caller's sight, in the order of their time."""
    asked: AskAgenda = call.asked
    _possible(asked)
    sight = await call.services.sights.of(call.login, under=asked.body)
    page = await call.services.agendas.page(
        Asked(sight=sight, channel=asked.channel), asked.first, asked.days, asked.after, asked.limit
    )
    return StaffAgenda(plans=tuple(_entry(one) for one in page.entries), next=page.next)


async def count_days(call: Call) -> StaffDays:
    """How many plans each day has, and how they stand."""
    asked: AskDays = call.asked
    _possible(asked)
    sight = await call.services.sights.of(call.login, under=asked.body)
    wanted = Asked(sight=sight, channel=asked.channel)
    days = await call.services.agendas.days(wanted, asked.first, asked.days, 1)
    told = [
        StaffDay(day=one.day, total=one.total, marks={m.value: n for m, n in one.marks.items()})
        for one in days
    ]
    return StaffDays(days=tuple(told))


async def get_plan(call: Call) -> StaffEntry:
    return _entry(await _seen(call))


async def move_plan(call: Call) -> StaffMoved:
    """What has not left yet goes to another time."""
    told: MovePlan = call.told
    entry = await _mine(call)
    when = When(
        zone=told.zone or call.services.zone,
        wall=wall_time(told.at, "at"),
        not_after=instant(told.not_after, "not_after"),
    )
    moved, left = await call.services.publishing.reschedule(
        entry.plan_id, when, call.login, reason=told.reason.strip()
    )
    return StaffMoved(plan=entry.plan_id, moved=moved, left=left)


async def cancel_plan(call: Call) -> StaffCancelled:
    entry = await _mine(call)
    gone = await call.services.publishing.cancel(call.login, plan_id=entry.plan_id)
    return StaffCancelled(cancelled=tuple(gone))


async def forecast_plan(call: Call) -> StaffForecast:
    """When each wave would be finished; of other plans only those in the caller's sight."""
    told: Forecast = call.told
    item = await call.item()
    selection = await call.selection(told, item, PLANNING)
    zone, wall = told.zone or call.services.zone, wall_time(told.at, "at")
    when = When(
        zone=zone,
        wall=wall,
        embargo_until=instant(told.embargo_until, "embargo_until"),
        not_after=instant(told.not_after, "not_after"),
    )
    now = call.services.clock.now()
    due = instant_of_wall_time(wall, zone) if wall else now
    until = instant(told.until, "until") or _day_after(due)
    if until - now > _FARTHEST:
        raise InvalidInput(
            Words("推演时间过长", "that is too far ahead"),
            field="until",
            remedy=Words("至多 31 天", "at most 31 days"),
        )
    proposal = Proposal(item_id=item.id, selection=selection, when=when)
    played = await call.services.simulation.play(until, proposal)
    ours = await _visible(call, {_plan_of(wave) for wave in played.waves})
    waves = tuple(_wave(wave) for wave in played.waves if _plan_of(wave) in ours)
    return StaffForecast(at=played.at, until=played.until, waves=waves)


async def _visible(call: Call, plans: set[str]) -> set[str]:
    """Which of the plans are of bodies in the caller's sight; the proposed one is."""
    sight = await call.services.sights.of(call.login)
    if sight.whole:
        return plans
    known = await call.services.agendas.seen(plans - {PROPOSED}, sight)
    return known | {PROPOSED}


async def _seen(call: Call) -> Entry:
    """The plan of the path, if the caller sees its body; NotFound."""
    sight = await call.services.sights.of(call.login)
    return await call.services.agendas.entry(call.request.match_info["plan"], sight)


async def _mine(call: Call) -> Entry:
    """The same, once it is sure that the caller operates all its accounts; RoleNeeded."""
    entry = await _seen(call)
    _, deliveries = await call.services.publishing.progress(entry.plan_id)
    await call.operates([one.account_id for one in deliveries])
    return entry


def _possible(asked: AskAgenda | AskDays) -> None:
    if not _YEARS[0] <= asked.first.year < _YEARS[1]:
        raise InvalidInput(
            Words("日期超出范围", "the date is out of range"),
            field="first",
            remedy=Words("写成 2026-12-01", "write it as 2026-12-01"),
        )


def _day_after(due: datetime) -> datetime:
    try:
        return due + _DAY
    except OverflowError:
        raise InvalidInput(
            Words("时间超出范围", "the time is out of range"),
            field="at",
            remedy=Words("写成 2026-12-01T09:00", "write it as 2026-12-01T09:00"),
        ) from None


def _entry(one: Entry) -> StaffEntry:
    return StaffEntry(
        plan=one.plan_id,
        item=one.item_id,
        title=one.title,
        body=one.body_id,
        due_at=one.due_at,
        priority=one.priority,
        created_by=one.created_by,
        states={state.value: count for state, count in one.states.items()},
        mark=one.mark.value,
    )


def _plan_of(wave: Wave) -> str:
    return wave.name.partition("/")[0]


def _wave(wave: Wave) -> StaffWave:
    plan, _, channel = wave.name.partition("/")
    return StaffWave(
        plan="" if plan == PROPOSED else plan,
        channel=channel,
        deliveries=wave.deliveries,
        sent=wave.sent,
        due=_moment(wave.due),
        first=_moment(wave.first),
        median=_moment(wave.median),
        last=_moment(wave.last),
        waiting=dict(wave.waiting),
        expired=wave.expired,
        held=wave.held,
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
