"""A running process of an installation: the parts of its roles, and the HTTP server that tells how
it is."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from aiohttp import web

from app.compose import Hub
from app.lock import only_one
from app.nodes.node import Node, open_node
from app.nodes.ready import announce
from app.roles import ALL, Role, check_roles, parts_of
from app.settings import Settings
from app.tracing.opening import open_tracing
from app.tuning import settle_garbage
from hub.kernel.clock import Clock
from scheduler.clock import Jobs
from scheduler.engine import Engine
from web.health import database_check, health_routes, zone_check

__all__ = ["Serving", "serve", "serving"]

_log = structlog.get_logger(__name__)


class Serving:
    """What runs: the open hub, where its HTTP server listens, and the engine where it sends."""

    def __init__(self, node: Node, address: str) -> None:
        self.node = node
        self.address = address

    @property
    def hub(self) -> Hub:
        return self.node.hub

    @property
    def engine(self) -> Engine | None:
        return self.node.engine

    @property
    def in_flight(self) -> int:
        return self.engine.dispatcher.busy if self.engine else 0


@asynccontextmanager
async def serving(
    settings: Settings, roles: frozenset[Role] = ALL, *, clock: Clock | None = None
) -> AsyncIterator[Serving]:
    """A process with these roles, running until the block ends; all of them are `gongkai run`.
    Whoever tries it out may bring a clock.

    Raises Misconfigured where the installation cannot have a process like that.
    """
    check_roles(settings, roles)
    async with AsyncExitStack() as stack:
        if settings.embedded:
            stack.enter_context(only_one(settings.home))
        node = await stack.enter_async_context(open_node(settings, roles, clock=clock))
        await open_tracing(node.stack, settings, node.application)
        node.checks += [database_check(node.hub.database), zone_check()]
        if Role.WORKER not in roles:
            node.jobs = Jobs(node.hub.clock, node.select)
            node.jobs.start()
            node.stack.push_async_callback(node.jobs.stop)
        for part in parts_of(roles):
            await part(node)
        node.tell_changes()
        routes = health_routes(node.checks, node.metrics.exposition)
        node.application.add_routes(routes)
        node.stack.push_async_callback(_quiet, node)
        address = await _listen(node.stack, node.application, settings)
        await node.schedule_own(address)
        yield Serving(node, address)


async def _quiet(node: Node) -> None:
    """Before anything closes: no job begins any more, and what is being sent ends."""
    await node.jobs.stop()
    if node.engine is not None:
        await node.engine.stop()


async def _listen(stack: AsyncExitStack, application: web.Application, settings: Settings) -> str:
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, settings.http_host, settings.http_port).start()
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"


async def serve(settings: Settings, roles: frozenset[Role] = ALL) -> None:
    """Run until SIGINT or SIGTERM, then stop without leaving a delivery unknown."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with serving(settings, roles) as running:
        settle_garbage()
        names = sorted(roles)
        _log.info("hub.running", roles=names, address=running.address, home=str(settings.home))
        telling = asyncio.create_task(announce(running.node.checks, running.hub.clock))
        await stopped.wait()
        telling.cancel()
        _log.info("hub.stopping", in_flight=running.in_flight)
