"""Followers who write to an official account while what answers them is killed.

The platform is in the test's own process and delivers as one before several nodes does: what is not
taken is delivered again, the same message to whoever listens then, until somebody takes it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from sqlalchemy import select

from app.compose import Hub
from benchmarks.crash.stage import enter_people, new_account
from hub.conversation.models import MessageState
from hub.conversation.tables import inbound_messages
from hub.kernel.clock import SystemClock
from hub.organisations.models import Selection
from publishers.wechat.simulator import Platform
from publishers.wechat.simulator_chat import say, text_xml
from simulators.town import Town

__all__ = ["Citizens", "following"]

_HANDLE = "wechat-510000"
_AGAIN_S = 0.2


@dataclass(slots=True)
class Citizens:
    """`address` is where the platform delivers; `account` the account's id."""

    hub: Hub
    platform: Platform
    account: str
    address: str = ""
    _asked: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def meet(self, address: str) -> None:
        """The address has to echo before the platform delivers there."""
        self.address = address
        await self.platform.connect(_HANDLE, self._url, "secure")

    @property
    def _url(self) -> str:
        return f"{self.address}/inbox/wechat/{self.account}"

    def ask(self, count: int) -> None:
        """So many new people write one message each."""
        for _ in range(count):
            self._asked += 1
            self._tasks.add(asyncio.create_task(self._write(self._asked)))

    async def taken(self) -> None:
        """Until somebody has taken everything."""
        await asyncio.gather(*self._tasks)

    async def _write(self, number: int) -> None:
        platform, app = self.platform, self.platform.account(_HANDLE)
        openid = f"oC1t1zen{number:020d}"
        message = text_xml(app, openid, _text(number), platform.now())
        while True:
            refused = app.chats[openid].unavailable if openid in app.chats else 0
            await say(platform, app, openid, message, url=self._url)
            if app.chats[openid].unavailable == refused:
                return
            await asyncio.sleep(_AGAIN_S)

    async def kept(self) -> dict[str, MessageState]:
        """What the hub has kept, by text, and where it stands."""
        columns = select(inbound_messages.c.text, inbound_messages.c.state)
        rows = await self.hub.database.read(lambda c: c.execute(columns).all())
        found = Counter(text for text, _ in rows)
        assert max(found.values(), default=1) == 1, "kept twice"
        return {text: MessageState(state) for text, state in rows}

    async def open(self, *besides: str) -> set[str]:
        """What is kept and neither answered nor given up. Of `besides` an answer may be on its way
        for ever: who was sending it is dead, and nobody sends it again."""
        return {
            text
            for text, state in (await self.kept()).items()
            if state in (MessageState.RECEIVED, MessageState.PROMISED)
            or (state is MessageState.SENDING and text not in besides)
        }

    def read(self) -> dict[str, int]:
        """How many answers each person got to read, by what they had written."""
        chats = self.platform.account(_HANDLE).chats
        return {
            _text(number): len(chats[f"oC1t1zen{number:020d}"].said)
            for number in range(1, self._asked + 1)
        }


def _text(number: int) -> str:
    return f"请问第{number}号文件在哪里"


@asynccontextmanager
async def following(hub: Hub) -> AsyncIterator[Citizens]:
    """An account on a platform of our own, and people who follow it."""
    town = Town(SystemClock(), frozenset({"wechat"}))
    platform = town.platforms["wechat"]
    assert isinstance(platform, Platform)
    platform.tune({"callback_retries": 0})
    runner = web.AppRunner(town.application(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        enrolled = platform.enrol(_HANDLE)
        row = {
            "handle": enrolled.handle,
            "credentials": dict(enrolled.credentials),
            "settings": dict(enrolled.settings),
        }
        await enter_people(hub)
        account = new_account("wechat", f"http://127.0.0.1:{runner.addresses[0][1]}", row)
        await hub.organisations.import_accounts([account], actor="admin")
        (entered,) = await hub.organisations.accounts(Selection())
        yield Citizens(hub, platform, entered.id)
    finally:
        await runner.cleanup()
