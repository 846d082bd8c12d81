"""Looks at canary rings: once a second, and at once when attempts of theirs have ended."""

from __future__ import annotations

import asyncio

import structlog

from hub.kernel.clock import Clock
from hub.publishing.rings.service import Rings

__all__ = ["RingWatch"]

_log = structlog.get_logger(__name__)
_SHARE = 10  # of the time, at most one part in so many is spent on looking


class RingWatch:
    """`look` is a job of the clock, `settled` is called after every commit that ended attempts."""

    def __init__(self, rings: Rings, clock: Clock) -> None:
        self._rings = rings
        self._clock = clock
        self._lock = asyncio.Lock()
        self._running = 0
        self._rest_until = 0.0
        self._task: asyncio.Task[None] | None = None

    async def look(self) -> None:
        async with self._lock:
            started = self._clock.monotonic()
            self._running = await self._rings.advance()
            ended = self._clock.monotonic()
            self._rest_until = ended + (ended - started) * _SHARE

    def settled(self) -> None:
        """Costs nothing while no ring runs."""
        if self._running and self._task is None and self._clock.monotonic() >= self._rest_until:
            self._task = asyncio.create_task(self._look_aside(), name="ring-watch")

    async def _look_aside(self) -> None:
        try:
            await self.look()
        except Exception as error:  # the job looks again in a second
            _log.warning("rings.not-looked", error=str(error))
        finally:
            self._task = None

    async def stop(self) -> None:
        """Return when a look that was begun aside has ended."""
        if self._task is not None:
            await asyncio.wait([self._task])
