"""Who waits, what somebody has, what is over; and how the desk of a body does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web

from hub.conversation.desk.models import OWED, DeskFilter, DeskState, Scores
from hub.organisations.models import Body
from web.console.call import Call
from web.console.looking import channel_titles

__all__ = ["bodies_of", "figures", "lines", "listed"]

_PAGE = 50
_OVER = timedelta(days=30)
_PERIODS = (7, 30, 90, 365)
_STATES = {
    "waiting": frozenset({DeskState.WAITING}),
    "mine": frozenset(DeskState) - {DeskState.CLOSED},
    "all": frozenset(DeskState) - {DeskState.CLOSED},
    "closed": frozenset({DeskState.CLOSED}),
}


async def listed(call: Call) -> web.StreamResponse:
    return call.page("conversations/list", **await _found(call))


async def lines(call: Call) -> web.StreamResponse:
    """The list alone, for a page that is open."""
    return call.page("conversations/_lines", **await _found(call))


async def figures(call: Call) -> web.StreamResponse:
    """Times of work are those of the body's hours."""
    bodies = await bodies_of(call)
    asked, days = call.asked("body"), call.asked("days")
    body = next((one for one in bodies if one.code == asked), bodies[0] if bodies else None)
    period = int(days) if days in {str(one) for one in _PERIODS} else 30
    desk, now = call.desk.talking.desk, call.desk.clock.now()
    whole: Scores | None = None
    each: Mapping[str, Scores] = {}
    if body:
        whole, each = await desk.figures(body.id, now - timedelta(days=period), now)
    return call.page(
        "conversations/figures",
        whole=whole,
        each=each,
        body=body,
        bodies=bodies,
        days=period,
        periods=_PERIODS,
        hours=await desk.hours(body.id) if body else None,
    )


async def bodies_of(call: Call) -> list[Body]:
    """The bodies in whose name the reader answers."""
    ids = await call.desk.talking.desk.answers_for(call.login)
    return await call.desk.organisations.bodies_among(ids)


async def _found(call: Call) -> dict[str, Any]:
    desk, now = call.desk.talking.desk, call.desk.clock.now()
    bodies = await bodies_of(call)
    code, group = call.asked("body"), call.asked("group")
    group = group if group in _STATES else "waiting"
    chosen = [one for one in bodies if one.code == code] or bodies
    wanted = DeskFilter(
        bodies=frozenset(one.id for one in chosen),
        states=_STATES[group],
        officer=call.login if group == "mine" else "",
        since=now - _OVER if group == "closed" else None,
        after=call.asked("after")[:64],
        limit=_PAGE,
    )
    page = await desk.page(wanted)
    return {
        "page": page,
        "words_of": await desk.last_words(page.talks),
        "there": [(one, await desk.there(one.id)) for one in chosen[:4]],
        "owed": OWED,
        "query": {"group": group, "body": code if len(chosen) < len(bodies) else ""},
        "groups": list(_STATES),
        "bodies": bodies,
        "names": {one.id: one.name for one in bodies},
        "channels": channel_titles(call),
    }
