"""Hot topics with the parts of their heat, and where in the province it is spoken of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.opinion.issues.models import HotIssue
from hub.opinion.stream.models import PlaceCount
from hub.organisations.authority.sight import Sight
from web.console.areas.opinion.asked import midnight, sight_of
from web.console.areas.opinion.drawing import filled, sparkline
from web.console.areas.opinion.sichuan import city_of, districts_of, tiles
from web.console.call import Call

__all__ = ["hot"]

_HOT, _LOOKED = 20, 100
_DAYS, _WEEK = 30, 7
_PLACES = 30
_PERIODS = (1, 7, 30)


async def hot(call: Call) -> web.StreamResponse:
    """The hot list of seven days beside the map of a day, a week or a month."""
    services, sight = call.desk.listening, await sight_of(call)
    lines = await services.issues.hot(_LOOKED)
    seen = await services.stream.issues_in_sight([one.issue.id for one in lines], sight)
    lines = [one for one in lines if one.issue.id in seen][:_HOT]
    whole = await call.desk.sights.operated(call.login)
    return call.page(
        "opinion/topics",
        lines=lines,
        lined=await _lined(call, lines),
        week_since=(_today(call) - timedelta(days=_WEEK - 1)).isoformat(),
        whole=sight.whole,
        body=call.asked("body")[:64],
        bodies=await call.desk.sights.choices(whole),
        **await _map(call, sight),
    )


async def _lined(call: Call, lines: Sequence[HotIssue]) -> dict[str, str]:
    """The last thirty days of each issue as a line."""
    last = _today(call)
    first = last - timedelta(days=_DAYS - 1)
    held = await call.desk.listening.issues.days([one.issue.id for one in lines], first)
    return {
        one: sparkline([day.signals for day in filled(days, first, last)])
        for one, days in held.items()
    }


async def _map(call: Call, sight: Sight) -> dict[str, Any]:
    asked = call.asked("days")
    days = int(asked) if asked in {str(one) for one in _PERIODS} else _WEEK
    last = _today(call)
    since = last - timedelta(days=days - 1)
    begin, end = (
        midnight(since, call.desk.zone),
        midnight(last + timedelta(days=1), call.desk.zone),
    )
    counts = await call.desk.listening.stream.places(begin, end, sight)
    districts = districts_of(await call.desk.organisations.bodies())
    cities: Counter[str] = Counter()
    for one in counts:
        cities[city_of(one.place, districts)] += one.signals
    return {
        "tiles": tiles(cities),
        "mapped": bool(set(districts.values()) or any(cities[name] for name in cities if name)),
        "days": days,
        "periods": _PERIODS,
        "since": since.isoformat(),
        "until": last.isoformat(),
        "places": _elsewhere(counts, districts),
        "total": sum(one.signals for one in counts),
    }


def _elsewhere(counts: Sequence[PlaceCount], districts: dict[str, str]) -> list[PlaceCount]:
    """Places that belong to no tile, the most first; none at all stands among them."""
    return [one for one in counts if not city_of(one.place, districts)][:_PLACES]


def _today(call: Call) -> date:
    return call.desk.clock.now().astimezone(ZoneInfo(call.desk.zone)).date()
