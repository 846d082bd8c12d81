"""What stands around one life: a gate before the platform, and the door for its callbacks."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from app.compose import Hub
from app.inbox import callback_routes
from benchmarks.crash.stage import ask
from benchmarks.crash.triggers import Order
from hub.organisations.models import NewAccount

__all__ = ["ALONE", "Around", "Callbacks", "Gate"]

_BLOCK = 64 * 1024
_PATIENCE_S = 20.0


@dataclass(eq=False)
class Gate:
    """A port that refuses every connection until it is opened, and then leads to the platform.

    It is bound at once, so that nobody else gets it; a forked process inherits it.
    """

    host: str
    port: int
    door: socket.socket = field(default_factory=socket.socket)

    @classmethod
    def before(cls, account: NewAccount) -> tuple[Gate, NewAccount]:
        """A gate before the platform of `account`, and the account as it leads there."""
        parts = urlsplit(account.base_url)
        gate = cls(parts.hostname or "", parts.port or 0)
        gate.door.bind(("127.0.0.1", 0))
        own = f"127.0.0.1:{gate.door.getsockname()[1]}"
        return gate, replace(account, base_url=parts._replace(netloc=own).geturl())

    async def open(self) -> None:
        await asyncio.start_server(self._lead, sock=self.door)

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self.host, self.port)
        await asyncio.gather(_pump(reader, back), _pump(there, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while block := await reader.read(_BLOCK):
            writer.write(block)
            await writer.drain()
    writer.close()


@dataclass(frozen=True, slots=True)
class Callbacks:
    """The door that the platform calls; `wanted` calls are waited for."""

    wanted: int
    taken: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    async def all_there(self) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            for _ in range(self.wanted):
                await self.taken.get()


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """`watch`: where the platform lists what it shows. `callbacks`: how it calls back (twice,
    before-response), `control`: its control routes."""

    watch: str = ""
    order: Order | None = None
    gate: Gate | None = None
    callbacks: str = ""
    control: str = ""

    async def open(self, hub: Hub, stack: AsyncExitStack) -> Callbacks | None:
        """The door for callbacks, where there are to be any."""
        if not self.callbacks:
            return None
        found = Callbacks(2 if self.callbacks == "twice" else 1)

        @web.middleware
        async def note(request: web.Request, handler: Any) -> web.StreamResponse:
            answer: web.StreamResponse = await handler(request)
            if answer.status == 200:
                found.taken.put_nowait(request.path)
            return answer

        door = web.Application(middlewares=[note])
        door.add_routes(callback_routes(hub))
        runner = web.AppRunner(door, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        (delivery,) = await hub.operations.find()
        path = f"inbox/{delivery.channel}/{delivery.account_id}"
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/{path}"
        settings = {"callbacks": self.callbacks, "callback_url": url}
        ask(f"{self.control}/settings", settings)
        return found


ALONE = Around()
