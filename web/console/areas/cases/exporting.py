"""Cases as a file: what the board's filters leave of those that the reader sees."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from aiohttp import web

from hub.kernel.sheets import Cell
from hub.opinion.cases.board.models import Row
from hub.organisations.exports.models import Listed
from web.console.areas.cases.lists import looked_for, whose
from web.console.call import Call
from web.console.exporting import case_row, columns_of, send, telling_of

__all__ = ["export"]

_AT_ONCE = 200


async def export(call: Call) -> web.StreamResponse:
    seen, view = await whose(call)
    looked = looked_for(call)
    query = {"state": looked.state or "", "level": looked.level or "", "body": seen.body}
    board = call.desk.listening.case_board

    async def page(after: str) -> tuple[Sequence[Row], str]:
        found = await board.page(replace(looked, after=after, limit=_AT_ONCE), view)
        return found.rows, found.end

    tell = await telling_of(call)

    async def rows() -> AsyncIterator[Sequence[Sequence[Cell]]]:
        exports = call.desk.governing.exports
        walk = exports.walk(Listed.CASES, page, asked=query, actor=call.login)
        async for found in walk:
            yield [case_row(one, tell) for one in found]

    return await send(call, Listed.CASES, columns_of(tell.words, "cases"), rows())
