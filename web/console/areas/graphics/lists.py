"""Which items are drawn for, the graphics that one has, and its pictures."""

from __future__ import annotations

from aiohttp import web

from hub.catalogue import store
from hub.catalogue.errors import UnknownPicture
from hub.catalogue.listing.models import Wanted
from hub.organisations.authority.rules import ENTERING
from web.console.areas.graphics.held import graphics_of
from web.console.call import Call

__all__ = ["items", "picture", "show"]

_PAGE = 30


async def items(call: Call) -> web.StreamResponse:
    """The newest items of bodies for which the reader may enter, or what a number names."""
    own = frozenset(b for b, held in call.visitor.roles.items() if held & ENTERING)
    words = call.asked("q").strip()[:200]
    if words:
        lines = await call.desk.listing.named(words, own)
    else:
        wanted = Wanted(bodies=own, before=call.asked("before")[:26], limit=_PAGE + 1)
        lines = await call.desk.listing.page(wanted)
    return call.page(
        "graphics/items",
        lines=lines[:_PAGE],
        more=not words and len(lines) > _PAGE,
        words_asked=words,
        names=await call.desk.organisations.body_names(line.body_id for line in lines),
    )


async def show(call: Call) -> web.StreamResponse:
    """An item's graphics with their versions, and all its pictures."""
    item = await call.item(call.request.match_info["item"])
    return call.page(
        "graphics/show",
        item=item,
        graphics=await graphics_of(call, item),
        entering=bool(call.visitor.roles.get(item.body_id, frozenset()) & ENTERING),
    )


async def picture(call: Call) -> web.StreamResponse:
    """One of the item's pictures, as its last version has it."""
    item = await call.item(call.request.match_info["item"])
    sha256 = call.request.match_info["sha256"]
    found = next((one for one in item.pictures if one.sha256 == sha256), None)
    if found is None:
        raise UnknownPicture(sha256[:64])
    data = await call.desk.database.read(lambda c: store.read_blob(c, sha256))
    headers = {"Content-Security-Policy": "sandbox", "Cache-Control": "private, max-age=86400"}
    return web.Response(body=data, content_type=found.media_type, headers=headers)
