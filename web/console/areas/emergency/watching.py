"""An emergency on its way: how many are out, what does not go on, and whether it is in time."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hub.publishing.emergency.models import Progress
from web.console.call import Call
from web.console.looking import channel_titles
from web.console.naming import names_of

__all__ = ["progress", "sent"]


async def sent(call: Call) -> web.StreamResponse:
    found = await _seen(call)
    people = await names_of(call, [found.order.ordered_by])
    return call.page("emergency/sent", people=people, **_told(call, found))


async def progress(call: Call) -> web.StreamResponse:
    """The part that changes."""
    return call.page("emergency/_progress", **_told(call, await _seen(call)))


async def _seen(call: Call) -> Progress:
    """Of an item of a body in sight; RoleNeeded else."""
    found = await call.desk.handling.emergencies.progress(call.request.match_info["plan"])
    sight = await call.desk.sights.of(call.login)
    if found.order.body_id not in sight.bodies:
        await call.item(found.order.item_id)
    return found


def _told(call: Call, found: Progress) -> dict[str, Any]:
    return {"found": found, "order": found.order, "channels": channel_titles(call)}
