"""What the staff API tells of days, silence, desks' hours and limits, and what it changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from hub.conversation.desk.models import OfficeHours
from hub.kernel.calendar import DayKind, day_kind
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.models import Role
from hub.publishing.timing.models import NewBlackout
from web.console.area import SUPERVISING
from web.staff.asked import wall_time
from web.staff.desk import Call
from web.staff.shapes import Said
from web.staff.telling import Told, told

__all__ = [
    "AskHours",
    "AskYear",
    "DeclareSilence",
    "SetHours",
    "StaffHours",
    "StaffHoursPage",
    "StaffLimits",
    "StaffSilence",
    "StaffSilenceMade",
    "StaffSilences",
    "StaffYear",
    "declare_silence",
    "lift_silence",
    "list_hours",
    "list_silences",
    "read_limits",
    "read_year",
    "set_hours",
]

_OFFICERS = frozenset({Role.ADMIN, Role.DISCLOSURE_OFFICE})
_SILENCING = _OFFICERS | {Role.MEDIA}
_MOST = 200
Word = Annotated[str, Meta(max_length=64)]


class AskYear(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    year: Annotated[int, Meta(ge=2004, le=2100)]


class AskHours(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`text` is part of a body's name or code."""

    text: Annotated[str, Meta(max_length=100)] = ""


class SetHours(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """When the desk of `body` (a code) answers, such as `工作日 09:00-12:00,13:00-17:00`, and
    within how many minutes."""

    body: Annotated[str, Meta(min_length=1, max_length=64)]
    hours: Annotated[str, Meta(max_length=200)]
    limit_minutes: Annotated[int, Meta(ge=0, le=999_999)]


class DeclareSilence(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Nothing routine goes out from `starts` to `ends`, wall-clock times of the installation's
    zone. Without `body` (a code) for every body, without `channel` on every channel."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    starts: Word
    ends: Word
    body: Word = ""
    channel: Word = ""


class StaffDayKind(Struct, frozen=True, kw_only=True):
    day: date
    kind: DayKind


class StaffYear(Struct, frozen=True, kw_only=True):
    """Every day; `unknown` where nobody has announced that year's holidays to us."""

    days: tuple[StaffDayKind, ...]


class StaffHours(Told, frozen=True, kw_only=True):
    """`body` is the body's id."""

    body_id: str
    hours: str
    limit_minutes: int


class StaffHoursPage(Struct, frozen=True, kw_only=True):
    """Of the first 200 bodies."""

    hours: tuple[StaffHours, ...]


class StaffSilence(Told, frozen=True, kw_only=True):
    """`body` is an id, empty: every body."""

    id: str
    name: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    body_id: str
    channel: str
    created_by: str
    lifted_at: datetime | None


class StaffSilences(Struct, frozen=True, kw_only=True):
    silences: tuple[StaffSilence, ...]


class StaffSilenceMade(Struct, frozen=True, kw_only=True):
    """`affected`: how many deliveries that are planned it holds back."""

    silence: StaffSilence
    affected: int


class StaffRings(Told, frozen=True, kw_only=True):
    """The second ring's share in per cent; from which share and number of failures one stops."""

    percent: float
    error_percent: float
    errors: int


class StaffChannel(Told, frozen=True, kw_only=True):
    name: str
    title: Said


class StaffLimits(Struct, frozen=True, kw_only=True):
    rings: StaffRings
    channels: tuple[StaffChannel, ...]


async def read_year(call: Call) -> StaffYear:
    asked: AskYear = call.asked
    await call.somewhere(SUPERVISING.roles)
    first = date(asked.year, 1, 1)
    count = (date(asked.year + 1, 1, 1) - first).days
    days = [first + timedelta(days=n) for n in range(count)]
    return StaffYear(days=tuple(StaffDayKind(day=day, kind=day_kind(day)) for day in days))


async def list_hours(call: Call) -> StaffHoursPage:
    asked: AskHours = call.asked
    await call.somewhere(SUPERVISING.roles)
    sight = await call.services.sights.of(call.login)
    bodies = await call.services.organisations.bodies()
    text = asked.text.strip()
    found = [one.id for one in bodies if text in one.name or text.lower() in one.code.lower()]
    shown = [one for one in found if one in sight.bodies][:_MOST]
    hours = await call.services.desk.hours_of(shown)
    return StaffHoursPage(hours=tuple(told(StaffHours, hours[one]) for one in shown))


async def set_hours(call: Call) -> StaffHours:
    asked: SetHours = call.told
    body = await call.services.organisations.body(asked.body)
    await call.within(body.id, _OFFICERS)
    given = OfficeHours(
        body_id=body.id, hours=asked.hours.strip(), limit_minutes=asked.limit_minutes
    )
    await call.services.desk.set_hours(given, actor=call.login)
    return told(StaffHours, await call.services.desk.hours(body.id))


async def list_silences(call: Call) -> StaffSilences:
    """Of the bodies in sight, and those for everybody."""
    await call.somewhere(SUPERVISING.roles)
    sight = await call.services.sights.of(call.login)
    found = await call.services.console.timing.blackouts()
    seen = [one for one in found if not one.body_id or one.body_id in sight.bodies]
    return StaffSilences(silences=tuple(told(StaffSilence, one) for one in seen[:_MOST]))


async def declare_silence(call: Call) -> StaffSilenceMade:
    asked: DeclareSilence = call.told
    await call.somewhere(SUPERVISING.roles)
    await _may_silence(call, asked.body)
    if asked.channel and asked.channel not in call.services.channels:
        raise InvalidInput(
            Words("没有这个渠道", "there is no such channel"),
            field="channel",
            remedy=Words("见 GET /limits 的渠道", "see the channels of GET /limits"),
        )
    new = NewBlackout(
        name=asked.name.strip(),
        starts=_wall(asked.starts, "starts"),
        ends=_wall(asked.ends, "ends"),
        zone=call.services.zone,
        body_code=asked.body,
        channel=asked.channel,
    )
    made = await call.services.console.timing.declare_blackout(new, actor=call.login)
    return StaffSilenceMade(silence=told(StaffSilence, made.blackout), affected=len(made.affected))


async def lift_silence(call: Call) -> StaffSilence:
    await call.somewhere(SUPERVISING.roles)
    timing = call.services.console.timing
    declared = (await timing.blackout(call.part("silence"))).blackout
    codes = {one.id: one.code for one in await call.services.organisations.bodies()}
    await _may_silence(call, codes.get(declared.body_id, ""))
    return told(StaffSilence, await timing.lift_blackout(declared.id, actor=call.login))


async def read_limits(call: Call) -> StaffLimits:
    """Rings as the settings file has them, and every channel there is."""
    await call.somewhere(SUPERVISING.roles)
    console = call.services.console
    channels = sorted(console.channels.values(), key=lambda one: one.name)
    return StaffLimits(
        rings=told(StaffRings, console.governing.rings),
        channels=tuple(told(StaffChannel, one) for one in channels),
    )


async def _may_silence(call: Call, code: str) -> None:
    """For a body by who operates it or above it; for everybody by who operates them all."""
    if not code:
        await call.whole(_SILENCING)
        return
    await call.within((await call.services.organisations.body(code)).id, _SILENCING)


def _wall(text: str, field: str) -> datetime:
    """A period begins and ends at a time that is written out; InvalidInput for `now`, too."""
    found = wall_time(text, field)
    if found is None:
        raise InvalidInput(
            Words("请写明时间", "write out the time"),
            field=field,
            remedy=Words("如 2026-12-13T00:00", "such as 2026-12-13T00:00"),
        )
    return found
