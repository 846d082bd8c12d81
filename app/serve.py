"""The running installation: the engine, and the HTTP server that tells how it is."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import structlog
from aiohttp import web

from app.bots import open_answerer
from app.compose import Hub, Installed, open_engine, open_hub
from app.console import add_console
from app.conversing import open_conversing, schedule_conversing
from app.desk import gated, schedule_desk
from app.inbox import callback_routes
from app.listening import schedule_listening
from app.lock import only_one
from app.metrics import Metrics
from app.noticing import carrying, schedule_notices
from app.opinion_work import schedule_opinion
from app.portal import portal_desk
from app.satisfying import hearing
from app.settings import Settings
from app.staff import add_staff
from app.tuning import settle_garbage
from app.webhooks import schedule_webhooks
from hub.catalogue.search.indexer import Indexer
from publishers.registry import channels
from scheduler.engine import Engine
from scheduler.liveness import LivenessWatch
from scheduler.planner import Planner
from scheduler.preflight import PreflightWatch
from scheduler.quota_watch import QuotaWatch
from web.health import Check, database_check, health_routes, heartbeat_check, zone_check
from web.portal.portal import portal_routes

__all__ = ["Serving", "serve", "serving"]

_log = structlog.get_logger(__name__)
_HEARTBEAT_LIMIT = timedelta(seconds=30)
_QUOTA_EVERY = timedelta(minutes=1)
_LIVENESS_EVERY = timedelta(minutes=10)
_PLAN_EVERY = timedelta(minutes=1)
_COMMIT_EVERY = timedelta(seconds=10)
_PREFLIGHT_EVERY = timedelta(seconds=10)
_SEARCH_EVERY = timedelta(seconds=1)


class Serving:
    """What runs: the open hub, its engine, and where its HTTP server listens."""

    def __init__(self, hub: Hub, engine: Engine, address: str) -> None:
        self.hub = hub
        self.engine = engine
        self.address = address


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Serving]:
    """Everything of `gongkai run`, running until the block ends."""
    async with AsyncExitStack() as stack:
        if settings.embedded:
            stack.enter_context(only_one(settings.home))
        hub = await stack.enter_async_context(open_hub(settings))
        metrics = hub.database.meter = Metrics()
        engine = await stack.enter_async_context(open_engine(hub, meter=metrics))
        watch = QuotaWatch(hub.database, hub.clock, metrics, Installed(), channels())
        engine.clock.every("quota", _QUOTA_EVERY, watch.measure)
        planner = Planner(hub.database, hub.clock, hub.recurrences)
        engine.clock.every("plan-ahead", _PLAN_EVERY, planner.plan_ahead)
        engine.clock.every("commit-quotas", _COMMIT_EVERY, planner.commit_quotas)
        preflight = PreflightWatch(hub.preflight, metrics)
        liveness = LivenessWatch(hub.liveness, metrics)
        engine.clock.every("liveness", _LIVENESS_EVERY, liveness.measure)
        engine.clock.every("preflight", _PREFLIGHT_EVERY, preflight.look)
        indexer = Indexer(hub.database, hub.search.home)
        stack.push_async_callback(indexer.close)
        engine.clock.every("search", _SEARCH_EVERY, indexer.follow)
        checks = [
            database_check(hub.database),
            heartbeat_check(engine.sweep.heartbeat_age, _HEARTBEAT_LIMIT),
            zone_check(),
        ]
        if settings.redis_url:
            checks.append(Check(name="redis", look=engine.limiter.check))
        application = web.Application()
        application.add_routes(health_routes(checks, metrics.exposition))
        bot = await stack.enter_async_context(open_answerer(hub))
        answerer = hearing(hub, gated(hub, await carrying(hub, bot)))
        conversing = await stack.enter_async_context(open_conversing(hub, answerer=answerer))
        schedule_conversing(engine, conversing)
        await schedule_notices(hub, engine, conversing)
        desk = schedule_desk(engine.clock, hub, conversing.courier)
        schedule_listening(engine, hub)
        await schedule_opinion(stack, engine.clock, hub)
        application.add_routes(callback_routes(hub, conversing.conversations))
        application.on_shutdown.append(lambda _: conversing.webchat.pages.close())
        if settings.portal:
            application.add_routes(portal_routes(await portal_desk(hub, conversing)))
        add_staff(application, engine.clock, hub, desk)
        await schedule_webhooks(stack, engine.clock, hub)
        add_console(application, hub)
        address = await _listen(stack, application, settings)
        yield Serving(hub, engine, address)


async def _listen(stack: AsyncExitStack, application: web.Application, settings: Settings) -> str:
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, settings.http_host, settings.http_port).start()
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"


async def serve(settings: Settings) -> None:
    """Run until SIGINT or SIGTERM, then stop without leaving a delivery unknown."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with serving(settings) as running:
        settle_garbage()
        _log.info("hub.running", address=running.address, home=str(settings.home))
        await stopped.wait()
        _log.info("hub.stopping", in_flight=running.engine.dispatcher.busy)
