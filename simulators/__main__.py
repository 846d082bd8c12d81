"""`python -m simulators`: serve every simulated platform; prints one JSON line when ready."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from typing import Annotated

import typer
import uvloop
from aiohttp import web

from hub.kernel.clock import SystemClock
from publishers.registry import channels
from simulators.town import Town


async def serve(host: str, port: int, only: frozenset[str]) -> None:
    """Serve until SIGINT or SIGTERM."""
    town = Town(SystemClock(), only, host)
    runner = web.AppRunner(town.application(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, host, port, backlog=1024)
    await site.start()
    bound = runner.addresses[0][1]
    told = {"url": f"http://{host}:{bound}"}
    told |= {
        name: platform.address for name, platform in town.platforms.items() if platform.address
    }
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
    await runner.cleanup()


def main(
    host: str = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes a free one")] = 8090,
    channel: Annotated[list[str] | None, typer.Option(help="only these channels")] = None,
) -> None:
    """模拟全部平台 / simulate every platform on one port"""
    if unknown := set(channel or ()) - channels().keys():
        names = ", ".join(sorted(unknown))
        raise typer.BadParameter(f"没有渠道 {names} / no such channel", param_hint="--channel")
    uvloop.run(serve(host, port, frozenset(channel or ())))


if __name__ == "__main__":
    typer.run(main)
