"""An outlet whose module is loaded at its first call, for libraries that are slow to load.

A hub that was killed is back before such a library would be loaded, and an installation without an
account on that platform never loads it.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from dataclasses import dataclass

from hub.conversation.models import Outgoing
from hub.kernel.clock import Clock
from hub.publishing.models import Declaration
from hub.publishing.ports import Accepted, Access, Finding, Job, MediaSource, Outlet
from publishers.contract import Replier
from publishers.wire import Wire

__all__ = ["Deferred", "DeferredOutlet", "DeferredReplier", "deferred_replier"]


@dataclass(frozen=True, slots=True)
class Deferred:
    """For `Channel.open`: makes the outlet `name` of `module`, which is imported when needed."""

    declaration: Declaration
    module: str
    name: str

    def __call__(self, wire: Wire, clock: Clock) -> Outlet:
        return DeferredOutlet(self.declaration, lambda: self.load()(wire, clock))

    def load(self) -> Callable[[Wire, Clock], Outlet]:
        """Import the module now; for a process whose children are to have it."""
        found: Callable[[Wire, Clock], Outlet] = getattr(
            importlib.import_module(self.module), self.name
        )
        return found


class DeferredOutlet:
    """Implements hub.publishing.ports.Outlet by the outlet that `load` makes, in a thread and once;
    and Loading, for on a busy machine that takes longer than a lease.

    It has none of the optional ports (Measuring, Preparing, Forecasting): those are looked for
    before any call.
    """

    def __init__(self, declaration: Declaration, load: Callable[[], Outlet]) -> None:
        self.declaration = declaration
        self._load = load
        self._loading: asyncio.Future[Outlet] | None = None

    async def ready(self) -> None:
        await self._outlet()

    async def deliver(self, job: Job) -> Accepted:
        return await (await self._outlet()).deliver(job)

    async def reconcile(self, job: Job) -> Finding:
        return await (await self._outlet()).reconcile(job)

    async def verify(self, job: Job) -> Finding:
        return await (await self._outlet()).verify(job)

    async def withdraw(self, job: Job) -> None:
        await (await self._outlet()).withdraw(job)

    async def amend(self, job: Job) -> Accepted:
        return await (await self._outlet()).amend(job)

    async def close(self) -> None:
        if self._loading is not None:
            await (await self._loading).close()

    async def _outlet(self) -> Outlet:
        """The one outlet; whoever is cancelled while waiting for it leaves the others theirs."""
        if self._loading is None:
            self._loading = asyncio.ensure_future(asyncio.to_thread(self._load))
        return await asyncio.shield(self._loading)


def deferred_replier(module: str, name: str) -> Callable[[Wire, Clock], Replier]:
    """For `Channel.replier`, as `deferred` is for `Channel.open`."""

    def load(wire: Wire, clock: Clock) -> Replier:
        replier: Replier = getattr(importlib.import_module(module), name)(wire, clock)
        return replier

    return lambda wire, clock: DeferredReplier(lambda: load(wire, clock))


class DeferredReplier:
    """Implements publishers.contract.Replier by the one that `load` makes, in a thread and once."""

    def __init__(self, load: Callable[[], Replier]) -> None:
        self._load = load
        self._loading: asyncio.Future[Replier] | None = None

    async def reply(self, access: Access, outgoing: Outgoing, media: MediaSource) -> None:
        if self._loading is None:
            self._loading = asyncio.ensure_future(asyncio.to_thread(self._load))
        await (await asyncio.shield(self._loading)).reply(access, outgoing, media)

    async def close(self) -> None:
        if self._loading is not None:
            await (await self._loading).close()
