"""Deliveries as a file: of a plan, or what the board's filters leave, within the reader's sight."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from aiohttp import web

from hub.kernel.sheets import Cell
from hub.organisations.exports.models import Listed
from hub.publishing.board.models import Line
from web.console.areas.deliveries.lists import looked_at
from web.console.call import Call
from web.console.exporting import columns_of, delivery_row, send, telling_of
from web.console.looking import looking

__all__ = ["export"]

_AT_ONCE = 1_000


async def export(call: Call) -> web.StreamResponse:
    looked, query = looked_at(call)
    sight = (await looking(call)).sight
    board = call.desk.board

    async def page(after: str) -> tuple[Sequence[Line], str]:
        found = await board.page(replace(looked, after=after, limit=_AT_ONCE), sight)
        return found.lines, found.next

    tell = await telling_of(call)

    async def rows() -> AsyncIterator[Sequence[Sequence[Cell]]]:
        exports = call.desk.governing.exports
        walk = exports.walk(Listed.DELIVERIES, page, asked=query, actor=call.login)
        async for lines in walk:
            yield [delivery_row(one, tell) for one in lines]

    return await send(call, Listed.DELIVERIES, columns_of(tell.words, "deliveries"), rows())
