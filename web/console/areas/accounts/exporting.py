"""The register of accounts as a file, within the reader's sight; no credential is in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from aiohttp import web

from hub.kernel.sheets import Cell
from hub.organisations.exports.models import Listed
from hub.organisations.models import Account
from web.console.areas.accounts.lists import wanted_of
from web.console.call import Call
from web.console.exporting import account_row, columns_of, send, telling_of
from web.console.looking import looking

__all__ = ["export"]

_AT_ONCE = 1_000


async def export(call: Call) -> web.StreamResponse:
    wanted, query = wanted_of(call, await looking(call))
    register, now = call.desk.register, call.desk.clock.now()

    async def page(after: str) -> tuple[Sequence[Account], str]:
        found = await register.page(replace(wanted, after=after, limit=_AT_ONCE))
        return found.accounts, found.next

    tell = await telling_of(call)

    async def rows() -> AsyncIterator[Sequence[Sequence[Cell]]]:
        exports = call.desk.governing.exports
        walk = exports.walk(Listed.ACCOUNTS, page, asked=query, actor=call.login)
        async for found in walk:
            yield [account_row(one, tell, now) for one in found]

    return await send(call, Listed.ACCOUNTS, columns_of(tell.words, "accounts"), rows())
