"""What the address of a page asks for: filters, as it has them and as the hub takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from hub.kernel.errors import InvalidInput, Words
from hub.opinion.judging.models import Intent, Mood, Urgency
from hub.opinion.signals.models import SignalKind
from hub.opinion.stream.models import Wanted
from hub.organisations.authority.sight import Sight
from web.console.areas.opinion.sichuan import places_of
from web.console.call import Call

__all__ = ["FILTERS", "NOWHERE", "Asked", "asked", "day_of", "midnight", "sight_of"]

NOWHERE = "-"  # stands in an address for signals that name no place
FILTERS: tuple[str, ...] = (
    *("topic", "department", "intent", "mood", "urgency", "kind", "channel"),
    *("place", "city", "body", "issue", "watch", "day", "since", "until"),
)
_LONGEST = 64
_YEARS_BACK = 3650
E_ = TypeVar("E_", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`query` are the filters that were given, for links that keep them; `sight` is whose
    signals are looked at."""

    wanted: Wanted
    query: Mapping[str, str]
    sight: Sight


async def sight_of(call: Call) -> Sight:
    """What the reader operates, as far as the address's `body` reaches."""
    return await call.desk.sights.operated(call.login, under=call.asked("body")[:_LONGEST])


async def asked(call: Call, *, limit: int = 50) -> Asked:
    """Raises InvalidInput for a date that is none, UnknownWatch for a watch that is none."""
    query = {name: call.asked(name).strip()[:_LONGEST] for name in FILTERS}
    sight = await sight_of(call)
    zone = call.desk.zone
    since, until = day_of(query["since"], "since"), day_of(query["until"], "until")
    wanted = Wanted(
        topic=query["topic"],
        department=query["department"],
        intent=_one_of(Intent, query["intent"]),
        mood=_one_of(Mood, query["mood"]),
        urgency=_one_of(Urgency, query["urgency"]),
        kind=_one_of(SignalKind, query["kind"]),
        channel=query["channel"],
        issue_id=query["issue"],
        watch_id=await _watch(call, query["watch"]),
        day=day_of(query["day"], "day"),
        since=midnight(since, zone) if since else None,
        until=midnight(until + timedelta(days=1), zone) if until else None,
        places=await _places(call, query, since, until, sight),
        after=call.asked("after")[:_LONGEST],
        limit=limit,
    )
    return Asked(wanted=wanted, query={n: v for n, v in query.items() if v}, sight=sight)


async def _watch(call: Call, name: str) -> str:
    return (await call.desk.listening.watches.watch(name))[0].id if name else ""


async def _places(
    call: Call, query: Mapping[str, str], since: date | None, until: date | None, sight: Sight
) -> tuple[str, ...]:
    """The places that a tile of the map counts, else the one that was asked for."""
    if query["place"]:
        return ("" if query["place"] == NOWHERE else query["place"],)
    if not query["city"]:
        return ()
    zone, today = call.desk.zone, call.desk.clock.now()
    first = midnight(since, zone) if since else today - timedelta(days=_YEARS_BACK)
    last = midnight(until + timedelta(days=1), zone) if until else today + timedelta(days=1)
    counts = await call.desk.listening.stream.places(first, last, sight)
    bodies = await call.desk.organisations.bodies()
    found = places_of(query["city"], [one.place for one in counts], bodies)
    return found or (query["city"],)


def _one_of(kind: type[E_], text: str) -> E_ | None:
    """A value of `kind`; nothing is asked for where the address names none of them."""
    return kind(text) if text in set(kind) else None


def day_of(text: str, field: str) -> date | None:
    """Raises InvalidInput for what is no date."""
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            Words(f"“{text}”不是日期", f"'{text}' is no date"),
            field=field,
            remedy=Words("写成 2026-12-01", "write it as 2026-12-01"),
        ) from error
    if not 2000 <= found.year < 2200:
        raise InvalidInput(Words("日期超出范围", "the date is out of range"), field=field)
    return found


def midnight(day: date, zone: str) -> datetime:
    """When a day begins in the installation's zone."""
    return datetime.combine(day, time(), ZoneInfo(zone))
