"""The simulated platforms behind a long way: every call takes `SECONDS` more.

python -m benchmarks.hosts.far HOST PORT SECONDS CHANNEL …
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable

import uvloop
from aiohttp import web

from hub.kernel.clock import SystemClock
from simulators.town import Town

__all__: list[str] = []

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def serve(host: str, port: int, seconds: float, channels: frozenset[str]) -> None:
    @web.middleware
    async def travel(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith("/_control"):
            await asyncio.sleep(seconds)
        return await handler(request)

    town = Town(SystemClock(), channels, host).application()
    town.middlewares.append(travel)
    runner = web.AppRunner(town, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port, backlog=1024).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    where, number, way, *names = sys.argv[1:]
    uvloop.run(serve(where, int(number), float(way), frozenset(names)))
