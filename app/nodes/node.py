"""One process of an installation while it is put together and runs."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

from aiohttp import web

from app import __version__
from app.compose import Hub, hub_over, open_hub, tell_changes
from app.conversing import Conversing
from app.metrics import Metrics
from app.nodes.jobs import JOBS, Role, Where
from app.pacing import name_of_process
from app.settings import Settings
from hub.kernel.clock import Clock
from hub.kernel.errors import Unavailable
from hub.kernel.nodes.bell import Bell
from hub.kernel.nodes.leadership import FencedDatabase, Leadership
from hub.kernel.nodes.models import Node as Known
from hub.kernel.nodes.service import Census, Nodes
from scheduler.clock import Job, Jobs
from scheduler.engine import Engine
from web.health import Check
from web.leaving import unless_left

__all__ = ["LEAD", "Node", "open_node"]

LEAD = "clock"  # the lease of what is done once
_BEAT_EVERY = timedelta(seconds=5)
_LEAD_EVERY = timedelta(seconds=1)


@dataclass(slots=True, kw_only=True)
class Node:
    """What the parts of a process share. `hub` is for everybody's work; `led` is the same
    installation for the jobs that are done once: where another process might do them too, its
    writes are fenced.

    `changed` is called when something became due. `conversing` and `engine` are there once a part
    has opened them.
    """

    settings: Settings
    roles: frozenset[Role]
    hub: Hub
    led: Hub
    stack: AsyncExitStack
    metrics: Metrics
    application: web.Application
    leadership: Leadership | None
    census: Census | None
    bell: Bell | None
    jobs: Jobs = field(init=False)
    checks: list[Check] = field(default_factory=list)
    engine: Engine | None = None
    conversing: Conversing | None = None

    def select(self, name: str, job: Job) -> Job | None:
        """`Select` of the clock: what runs here of a job, by its row in the table."""
        told = JOBS[name]
        if not told.roles & self.roles:
            return None
        if told.where is Where.ONCE and self.leadership is not None:
            return self.leadership.only(job)
        return job

    def changed(self) -> None:
        """Something became due: look here, and tell the others."""
        if self.engine is not None:
            self.engine.changed()()
        if self.bell is not None:
            self.bell.ring()

    def tell_changes(self) -> None:
        for hub in {id(hub): hub for hub in (self.hub, self.led)}.values():
            tell_changes(hub, self.changed)

    async def schedule_own(self, address: str) -> None:
        """What a process of several does for itself: say that it lives, reached at `address`, and
        lead or stand by."""
        if self.census is not None:
            self.census.node = replace(self.census.node, address=address)
            await self.census.beat()
            self.jobs.every("node", _BEAT_EVERY, self.census.beat)
            others = Nodes(self.hub.database, self.hub.clock)
            self.jobs.every("frozen", _BEAT_EVERY, others.end_frozen)
        if self.leadership is not None:
            await self.leadership.look()
            self.jobs.every("lead", _LEAD_EVERY, self.leadership.look)


@asynccontextmanager
async def open_node(
    settings: Settings, roles: frozenset[Role], *, clock: Clock | None = None
) -> AsyncIterator[Node]:
    """A process with nothing running yet; when it closes, others may lead at once."""
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(open_hub(settings, clock=clock))
        metrics = hub.database.meter = Metrics()
        node = Node(
            settings=settings,
            roles=roles,
            hub=hub,
            led=hub,
            stack=stack,
            metrics=metrics,
            application=web.Application(middlewares=[unless_left]),
            leadership=None,
            census=None,
            bell=None,
        )
        if not settings.embedded:
            _among_others(node)
        yield node


def _among_others(node: Node) -> None:
    hub, owner = node.hub, name_of_process()
    if Role.CLOCK in node.roles:
        lease = timedelta(seconds=node.settings.leader_seconds)
        lead = Leadership(hub.database, hub.clock, name=LEAD, owner=owner, lease=lease)
        lead.on_change.append(node.metrics.show_lead)
        node.leadership = lead
        node.led = hub_over(hub, FencedDatabase(hub.database, lead))
        node.stack.callback(node.led.search.close)
        node.stack.push_async_callback(_leaving, lead.give_up)
    node.census = Census(hub.database, hub.clock, _known(node, owner), Role.WORKER)
    node.stack.push_async_callback(_leaving, node.census.leave)
    node.bell = Bell(node.settings.database_url, hub.clock, _heard(node))
    node.bell.start()
    node.stack.push_async_callback(node.bell.stop)


def _heard(node: Node) -> Callable[[], None] | None:
    """Who sends is woken by what others plan."""
    if Role.WORKER not in node.roles:
        return None

    def heard() -> None:
        if node.engine is not None:
            node.engine.changed()()

    return heard


def _known(node: Node, owner: str) -> Known:
    now = node.hub.clock.now()
    return Known(
        id=owner,
        roles=frozenset(role.value for role in node.roles),
        host=socket.gethostname()[:64],
        pid=os.getpid(),
        address="",
        version=__version__,
        started_at=now,
        beat_at=now,
    )


async def _leaving(leave: Callable[[], Awaitable[None]]) -> None:
    """A database that is away keeps nobody from stopping: what is left runs out by itself."""
    with suppress(Unavailable):
        await leave()
