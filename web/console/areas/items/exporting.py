"""The list of items as a file: what its filters leave of what the reader may read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from aiohttp import web

from hub.catalogue.listing.models import Line, Wanted
from hub.catalogue.models import Attribute, ItemState
from hub.kernel.sheets import Cell
from hub.organisations.exports.models import Listed
from web.console.call import Call
from web.console.exporting import columns_of, item_row, send, telling_of
from web.console.looking import looking_at_items

__all__ = ["export"]

_AT_ONCE = 1_000


async def export(call: Call) -> web.StreamResponse:
    desk = call.desk
    seen = await looking_at_items(call)
    state, attribute = call.asked("state"), call.asked("attribute")
    asked = {"body": seen.body[:64], "state": state[:32], "attribute": attribute[:32]}

    async def page(before: str) -> tuple[Sequence[Line], str]:
        wanted = Wanted(
            bodies=seen.sight.bodies,
            state=ItemState(state) if state in set(ItemState) else None,
            attribute=Attribute(attribute) if attribute in set(Attribute) else None,
            before=before,
            limit=_AT_ONCE,
        )
        lines = await desk.listing.page(wanted)
        return lines, lines[-1].id if len(lines) == _AT_ONCE else ""

    tell = await telling_of(call)

    async def rows() -> AsyncIterator[Sequence[Sequence[Cell]]]:
        walk = desk.governing.exports.walk(Listed.ITEMS, page, asked=asked, actor=call.login)
        async for lines in walk:
            yield [item_row(one, tell) for one in lines]

    return await send(call, Listed.ITEMS, columns_of(tell.words, "items"), rows())
