"""The page of themes, and the cover that a theme makes of an item."""

from __future__ import annotations

from aiohttp import web

from hub.catalogue.listing.models import Wanted
from web.console.call import Call

__all__ = ["cover", "show"]

_CHOICES = 20


async def show(call: Call) -> web.StreamResponse:
    """Every theme on the item of the address, else on the newest that the reader may read."""
    readable = await call.desk.doors.readable(call.login)
    lines = await call.desk.listing.page(Wanted(bodies=readable, limit=_CHOICES))
    chosen = call.asked("item")[:26] or (lines[0].id if lines else "")
    return call.page(
        "templates/templates",
        item=await call.item(chosen) if chosen else None,
        choices=[(line.id, line.title) for line in lines],
        themes=call.desk.studio.themes(),
    )


async def cover(call: Call) -> web.StreamResponse:
    """Drawn from the item as it is; raises InvalidInput for a theme that there is not."""
    item = await call.item(call.request.match_info["item"])
    [body] = await call.desk.organisations.bodies_among({item.body_id})
    drawn = await call.desk.studio.theme_cover(item, body.name, call.request.match_info["theme"])
    return web.Response(body=drawn.picture, content_type="image/png")
