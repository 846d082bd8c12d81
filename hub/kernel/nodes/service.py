"""Which processes an installation has: each says every few seconds that it lives."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import structlog

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.nodes import store
from hub.kernel.nodes.models import Lease, Node

__all__ = ["SILENT", "Census", "Nodes"]

SILENT = timedelta(seconds=30)  # who says nothing for so long counts as dead
_FORGOTTEN = timedelta(days=1)
_FROZEN = timedelta(seconds=15)  # in the middle of a transaction, which takes milliseconds

_log = structlog.get_logger(__name__)


class Nodes:
    """Looks at all of them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def all(self) -> list[tuple[Node, bool]]:
        """Every process that is known, and whether it is alive."""
        now = self._clock.now()
        found, at = await self._database.read(lambda c: (store.list_nodes(c), store.moment(c, now)))
        return [(node, at - node.beat_at <= SILENT) for node in found]

    async def end_frozen(self) -> int:
        """Let nobody wait for the locks of a process that was stopped in the middle of a
        transaction; how many sessions were ended."""
        ended = await self._database.read(lambda c: store.end_frozen(c, _FROZEN))
        if ended:
            _log.warning("nodes.frozen-sessions-ended", count=ended)
        return ended

    async def lease(self, name: str) -> Lease | None:
        return await self._database.read(lambda c: store.find_lease(c, name))


class Census:
    """One process' part: `beat` says that it lives and counts those of a role that do."""

    def __init__(self, database: Database, clock: Clock, node: Node, counted: str) -> None:
        self._database = database
        self._clock = clock
        self.node = node
        self._counted = counted
        self.others = 1  # of the counted role, this one with them

    async def beat(self) -> None:
        now = self._clock.now()
        node = replace(self.node, beat_at=now)

        def work(tx: Transaction) -> int:
            store.beat(tx, node)
            return store.count_alive(tx.connection, self._counted, SILENT, now)

        self.others = max(1, await self._database.write(work, audited=False))

    async def leave(self) -> None:
        now = self._clock.now()
        await self._database.write(
            lambda tx: store.leave(tx, self.node.id, _FORGOTTEN, now), audited=False
        )
