"""Who has a page open and waits: woken at once by this process, and soon by what others did."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog

from hub.conversation.webchat import store
from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.kernel.errors import GongkaiError

__all__ = ["Waiting"]

_log = structlog.get_logger(__name__)
_LOOK_S = 1.0
_BACK = timedelta(seconds=10)  # how far a look goes back: longer than a transaction takes

Key = tuple[str, str]  # account, sender


class Waiting:
    """One question to the database a second, for all open pages together, and none without one."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._open: defaultdict[Key, set[asyncio.Event]] = defaultdict(set)
        self._looking: asyncio.Task[None] | None = None
        self.closed = False

    @contextmanager
    def open(self, key: Key) -> Iterator[asyncio.Event]:
        """An event that is set whenever something may have come for `key`, and at the end."""
        change = asyncio.Event()
        self._open[key].add(change)
        if self._looking is None and not self.closed:
            self._looking = asyncio.create_task(self._look(), name="webchat-look")
        try:
            yield change
        finally:
            self._open[key].discard(change)
            if not self._open[key]:
                del self._open[key]

    def wake(self, key: Key) -> None:
        for change in self._open.get(key, ()):
            change.set()

    async def close(self) -> None:
        """Wake everybody: there is nothing to wait for any more."""
        self.closed = True
        for key in tuple(self._open):
            self.wake(key)
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look(self) -> None:
        try:
            while self._open:
                await self._clock.sleep(_LOOK_S)
                since = self._clock.now() - _BACK
                try:
                    told = await self._database.read(lambda c: store.told_since(c, since))  # noqa: B023
                except GongkaiError as error:
                    _log.warning("webchat.look", code=error.code)
                    continue
                for key in told:
                    self.wake(key)
        finally:
            self._looking = None
