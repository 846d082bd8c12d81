"""Joins the callback door to the channels that have one and to the ledger."""

from __future__ import annotations

from aiohttp import web

from app.compose import Hub
from hub.kernel.errors import NotFound, Words
from hub.publishing import store
from publishers.contract import Inbox
from publishers.registry import find_channel
from web.inbox import inbox_routes

__all__ = ["callback_routes"]


def callback_routes(hub: Hub) -> list[web.AbstractRouteDef]:
    """The routes of web.inbox over an open hub; the reconciler's next round asks the platform."""

    async def open_door(channel: str, account_id: str) -> Inbox:
        account = await hub.organisations.account(account_id)
        found = find_channel(channel)
        if account.channel != channel or not account.active or found.inbox is None:
            raise NotFound(Words("此账号没有回调地址", "no callbacks for this account"))
        return found.inbox(hub.organisations.credentials(account), account.settings)

    async def ask_about(account_id: str, remote_id: str) -> None:
        now = hub.clock.now()
        await hub.database.write(
            lambda tx: store.check_soon(tx, account_id, remote_id, now), audited=False
        )

    return inbox_routes(open_door, ask_about, hub.clock)
