"""Joins the callback door to the channels that have one, to the ledger and to conversations."""

from __future__ import annotations

from collections import OrderedDict

from aiohttp import web

from app.compose import Hub
from hub.conversation.models import Answer, Arrival
from hub.conversation.service import Conversations
from hub.kernel.errors import NotFound, Unavailable, Words
from hub.publishing import store
from publishers.contract import Inbox
from publishers.registry import find_channel
from web.inbox import inbox_routes

__all__ = ["Doors", "callback_routes"]

_OPEN_S = 5.0  # how long a door stays open: an account that is closed or changed is seen then
_MOST = 4096


class Doors:
    """The doors of accounts, kept open for a few seconds: unsealing credentials for each of a
    thousand callbacks a second would cost more than reading them."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._doors: OrderedDict[tuple[str, str], tuple[float, Inbox | None]] = OrderedDict()

    async def open(self, channel: str, account_id: str) -> Inbox:
        """Raises NotFound where no account of that channel takes callbacks."""
        key, now = (channel, account_id), self._hub.clock.monotonic()
        known = self._doors.get(key)
        if known is None or now - known[0] >= _OPEN_S:
            known = self._doors[key] = (now, await self._find(channel, account_id))
            self._doors.move_to_end(key)
            if len(self._doors) > _MOST:
                self._doors.popitem(last=False)
        if known[1] is None:
            raise _no_door()
        return known[1]

    async def _find(self, channel: str, account_id: str) -> Inbox | None:
        try:
            account = await self._hub.organisations.account(account_id)
            found = find_channel(channel)
        except NotFound:
            return None
        if account.channel != channel or not account.active or found.inbox is None:
            return None
        return found.inbox(self._hub.organisations.credentials(account), account.settings)


def _no_door() -> NotFound:
    return NotFound(Words("此账号没有回调地址", "no callbacks for this account"))


class _NobodyListens:
    """Where no conversations are open, a message is left to be delivered again."""

    async def take(
        self, channel: str, account_id: str, arrival: Arrival, *, within: float
    ) -> Answer | None:
        raise Unavailable(Words("未开启答复", "no conversations are open"))


def callback_routes(
    hub: Hub, conversations: Conversations | None = None
) -> list[web.AbstractRouteDef]:
    """The routes of web.inbox over an open hub; the reconciler's next round asks the platform."""

    async def ask_about(account_id: str, remote_id: str) -> None:
        now = hub.clock.now()
        await hub.database.write(
            lambda tx: store.check_soon(tx, account_id, remote_id, now), audited=False
        )

    return inbox_routes(Doors(hub).open, ask_about, conversations or _NobodyListens(), hub.clock)
