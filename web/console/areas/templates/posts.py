"""Every channel's templates on an item that is chosen: what it would post, beside its limits."""

from __future__ import annotations

from aiohttp import web

from hub.catalogue.listing.models import Wanted
from web.console.areas.composer.frames import framing, gone, picture_of, sheet_of
from web.console.areas.composer.showing import shown
from web.console.call import Call
from web.console.looking import channel_titles

__all__ = ["picture", "sheet", "show"]

_CHOICES = 20


async def show(call: Call) -> web.StreamResponse:
    """Of one channel or all, on the item of the address, else on the newest they may read."""
    desk = call.desk
    readable = await desk.doors.readable(call.login)
    lines = await desk.listing.page(Wanted(bodies=readable, limit=_CHOICES))
    chosen = call.asked("item")[:26] or (lines[0].id if lines else "")
    item = await call.item(chosen) if chosen else None
    channel = call.asked("channel")[:64]
    names = [channel] if channel in desk.channels else sorted(desk.channels)
    made = await desk.previews.gallery(item, names) if item else []
    at = f"/templates/{item.id}" if item else ""
    response = call.page(
        "templates/posts",
        item=item,
        looks_at=at,
        choices=[(line.id, line.title) for line in lines],
        previews=[(shown(one, chosen, at), desk.previews.templates(one)) for one in made],
        channels=channel_titles(call),
        channel=channel,
        refused=sum(one.problem is not None for one in made),
    )
    return framing(response)


async def sheet(call: Call) -> web.StreamResponse:
    """A whole document in its sandbox, of the bytes that were shown."""
    item = await call.item(call.request.match_info["item"])
    digest = call.request.match_info["digest"][:64]
    found = call.desk.previews.held(item.id, digest)
    if found is None:
        made = await call.desk.previews.gallery(item, sorted(call.desk.channels))
        found = next((one for one in made if one.payload_hash == digest), None)
    if found is None:
        raise gone()
    return await sheet_of(call, item, found)


async def picture(call: Call) -> web.StreamResponse:
    return await picture_of(call, await call.item(call.request.match_info["item"]))
