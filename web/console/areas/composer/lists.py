"""Where composing begins: what one is writing at, and what waits to be written."""

from __future__ import annotations

from aiohttp import web

from hub.catalogue.listing.models import Line, Wanted
from hub.catalogue.models import ItemState
from hub.organisations.authority.rules import ENTERING
from web.console.call import Call
from web.console.looking import SCHEDULING

__all__ = ["listed"]

_PAGE = 30


async def listed(call: Call) -> web.StreamResponse:
    """One's own unfinished texts first; then drafts of the bodies for which one writes, and what
    is approved and may be scheduled."""
    readable = await call.desk.doors.readable(call.login)
    own = frozenset(body for body, held in call.visitor.roles.items() if held & ENTERING)
    unfinished = await call.desk.drafting.own(call.login)
    usual = ItemState.DRAFT if own else ItemState.APPROVED
    asked = call.asked("state")
    state = ItemState(asked) if asked in (ItemState.DRAFT, ItemState.APPROVED) else usual
    among = own if state is ItemState.DRAFT else readable
    wanted = Wanted(bodies=among, state=state, before=call.asked("before")[:26], limit=_PAGE + 1)
    lines = await call.desk.listing.page(wanted) if among else []
    mine = await _mine(call, unfinished, readable)
    return call.page(
        "composer/list",
        mine=mine,
        lines=lines[:_PAGE],
        more=len(lines) > _PAGE,
        state=state,
        own=own,
        scheduling=frozenset(
            body for body, held in call.visitor.roles.items() if held & SCHEDULING
        ),
        names=await call.desk.organisations.body_names(one.body_id for one in (*mine, *lines)),
    )


async def _mine(call: Call, ids: list[str], readable: frozenset[str]) -> list[Line]:
    return await call.desk.listing.known(ids, readable) if ids else []
