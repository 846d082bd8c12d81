"""Tells open pages that something has changed: one look at the database for all of them.

Nothing of what changed is told: a page then asks for its own part anew, through the door, and
sees what its reader may see.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

import structlog

from hub.kernel.errors import Unavailable, Words

__all__ = ["Pulse", "TooManyPages"]

_log = structlog.get_logger(__name__)
_EVERY_S = 1.0
_MOST, _MOST_EACH = 1_000, 8


class TooManyPages(Unavailable):
    code = "too-many-pages"

    def __init__(self) -> None:
        super().__init__(
            Words("打开的实时页面过多", "too many live pages are open"),
            remedy=Words("关闭几个页面", "close some of them"),
        )


class Pulse:
    """`look` gives a number that grows with every change; it is asked while anybody listens."""

    def __init__(self, look: Callable[[], Awaitable[int]], *, every: float = _EVERY_S) -> None:
        self._look = look
        self._every = every
        self._waiting: dict[asyncio.Event, str] = {}
        self._task: asyncio.Task[None] | None = None
        self.closed = False
        self.looked = asyncio.Event()  # what changes from then on is told

    @contextmanager
    def listening(self, who: str) -> Iterator[asyncio.Event]:
        """An event that is set after every change, and when all ends. Raises TooManyPages."""
        held = Counter(self._waiting.values())
        if self.closed or held.total() >= _MOST or held[who] >= _MOST_EACH:
            raise TooManyPages
        event = asyncio.Event()
        self._waiting[event] = who
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._beat())
        try:
            yield event
        finally:
            del self._waiting[event]

    async def close(self) -> None:
        """Every listener is woken and finds it closed."""
        self.closed = True
        self._wake()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _beat(self) -> None:
        seen: int | None = None
        while self._waiting and not self.closed:
            try:
                found = await self._look()
            except Unavailable:
                _log.warning("console.pulse-missed")
            else:
                if seen is not None and found != seen:
                    self._wake()
                seen = found
                self.looked.set()
            await asyncio.sleep(self._every)

    def _wake(self) -> None:
        for event in self._waiting:
            event.set()
