"""Rounds: begun once per slot, begun again where the process that began one has died."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.opinion.rounds import store

__all__ = ["Round", "Rounds"]

_SILENT = timedelta(seconds=90)
_DEAD_AFTER = timedelta(hours=1)  # far longer than any round takes
Round = Callable[[], Awaitable[Mapping[str, object]]]


class Rounds:
    """Bookkeeping only: what a round does records events of its own."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def leads(self, name: str, owner: str) -> bool:
        """Whether this process (`owner`) is the one that does `name`; asked before each time. One
        that says nothing for 90 seconds is followed by whoever asks next."""
        now = self._clock.now()
        dead = now - _SILENT
        return await self._database.write(
            lambda tx: store.lead(tx, name, owner, now, dead), audited=False
        )

    async def yields(self, name: str, owner: str) -> None:
        """This process does it no more: another may at once."""
        silent = self._clock.now() - 2 * _SILENT
        await self._database.write(
            lambda tx: store.yield_lead(tx, name, owner, silent), audited=False
        )

    async def once(self, name: str, slot: str, work: Round) -> bool:
        """Run `work` unless the round of this slot was begun; whether it ran.

        `slot` names the night, day or week. What `work` raises is raised here, and the round is
        begun again after an hour.
        """
        now = self._clock.now()
        dead = now - _DEAD_AFTER
        if not await self._database.read(lambda c: store.waits(c, name, slot, dead)):
            return False
        if not await self._database.write(
            lambda tx: store.claim(tx, name, slot, now, dead), audited=False
        ):
            return False
        told = await work()
        ended = self._clock.now()
        await self._database.write(lambda tx: store.end(tx, name, slot, ended, told), audited=False)
        return True
