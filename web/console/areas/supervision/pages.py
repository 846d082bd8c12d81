"""One table: bodies down, indicators across; each figure leads to what it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.organisations.authority.sight import Sight
from hub.organisations.models import Body
from hub.supervision.models import Measured, Name, Period
from hub.supervision.rules import INDICATORS
from web.console.call import Call

__all__ = ["board", "counted"]

_DAYS = (7, 30, 90, 365)
_MONTH = 30
_YEARS = range(1949, 2200)  # others are typing errors, and near the calendar's ends nothing adds up
# what a figure opens: a list of this console, and what narrows it
_LISTS: Mapping[Name, tuple[str, Mapping[str, str]]] = {
    Name.DELIVERED: ("/deliveries", {"group": "trouble"}),
    Name.DORMANT: ("/accounts/liveness", {}),
    Name.GAPS: ("/opinion", {"kind": "unanswered"}),
    Name.ANSWERED: ("/cases", {}),
    Name.OVERDUE: ("/cases", {}),
}


async def board(call: Call) -> web.StreamResponse:
    desk, sight = call.desk, await call.desk.sights.of(call.login)
    top, bodies = await _top(call, sight), await desk.organisations.bodies()
    since, until = _days(call)
    found, counting = await desk.supervision.board_at_hand(
        Period.of_days(since, until, desk.zone), sight, top.id if top else ""
    )
    rows = found.rows if found else ()
    return call.page(
        "supervision/board",
        board=found,
        counting=counting,
        older=found is not None,
        asked=_asked(call, since, until),
        indicators=INDICATORS,
        top=top,
        parent=next((body for body in bodies if top and body.id == top.parent_id), None),
        since=since.isoformat(),
        until=until.isoformat(),
        periods={days: (until - timedelta(days=days - 1)).isoformat() for days in _DAYS},
        opens={row.body.id: _opened(row) for row in rows},
        within=_with_others(bodies, rows),
    )


async def counted(call: Call) -> web.StreamResponse:
    """How far the count is that a board waits for. A page that shows nothing yet is then opened
    anew; one that shows older figures is told of newer ones, and nothing is taken from under
    the eyes of whoever reads them."""
    since, until = _days(call)
    asked = _asked(call, since, until)
    counting = call.desk.supervision.counting(Period.of_days(since, until, call.desk.zone))
    older = bool(call.asked("older"))
    if not counting and not older:
        return call.go("/supervision", **asked)
    return call.page("supervision/_counting", asked=asked, counting=counting, older=older)


def _asked(call: Call, since: date, until: date) -> dict[str, str]:
    """What the address of this board says."""
    return {"since": since.isoformat(), "until": until.isoformat(), "body": call.asked("body")}


async def _top(call: Call, sight: Sight) -> Body | None:
    """The body that is looked into; none where it is not in sight."""
    code = call.asked("body")[:64]
    if not code:
        return None
    body = await call.desk.organisations.body(code)
    return body if sight.whole or body.id in sight.bodies else None


def _with_others(bodies: Sequence[Body], rows: Sequence[Measured]) -> frozenset[str]:
    """The bodies of the table that others are below: they can be looked into."""
    above = {body.parent_id for body in bodies}
    return frozenset(row.body.id for row in rows if row.body.id in above and not row.alone)


def _days(call: Call) -> tuple[date, date]:
    """Both days count; what is no date is as if it had not been asked for."""
    today = call.desk.clock.now().astimezone(ZoneInfo(call.desk.zone)).date()
    until = _day(call.asked("until")) or today
    since = _day(call.asked("since")) or until - timedelta(days=_MONTH - 1)
    return since, until


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def _opened(row: Measured) -> dict[Name, str]:
    """Where each figure leads; the lists narrow by a body with those below it."""
    return {
        name: f"{path}?{urlencode({**narrowed, 'body': row.body.code})}"
        for name, (path, narrowed) in _LISTS.items()
    }
