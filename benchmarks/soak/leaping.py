"""A clock that several processes share, which leaps ahead whenever nothing is being done.

Time passes as it does for everybody while a call is under way or somebody waits for an answer; so
what depends on how long the network takes is as long as ever. It stands while recurring jobs run,
however busy the machine is, and where there is nothing to do it is some seconds later at once: a
quiet night takes as long as the jobs that run in it.

The page that the processes share is a file of doubles: the wall time of its beginning, the
monotonic time then (one for all processes of a machine), the seconds leapt since, who holds the
time, and where it stands.
"""

from __future__ import annotations

import asyncio
import mmap
import time
from collections.abc import Callable
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path

__all__ = ["FollowingClock", "Holder", "LeapingClock", "Page", "govern"]

_LOOK_S = 0.005
_TURNS = 8  # of the loop, in which what a leap made due is begun
_PAUSE_S = 0.001
_LONGEST_S = 60.0


class Holder(IntEnum):
    """Who may keep the time from leaping: where in the page they say so."""

    WORLD = 3
    WORKER = 4


_STANDS = 5  # the place in the page; 0 while time passes


class Page:
    """The shared file. Every value is one machine word, written by one process each."""

    def __init__(self, path: Path, start: datetime | None = None) -> None:
        """With `start` the page is made; without, one that exists is opened."""
        if start is not None:
            path.write_bytes(bytes(8 * 8))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self._words = memoryview(self._map).cast("d")
        if start is not None:
            self._words[0], self._words[1] = start.timestamp(), time.monotonic()

    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return self._words[_STANDS] or time.monotonic() - self._words[1] + self._words[2]

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._words[0] + self.elapsed(), UTC)

    def stand(self) -> None:
        """Let no time pass until `go_on`."""
        if not self._words[_STANDS]:
            self._words[_STANDS] = self.elapsed()

    def go_on(self) -> None:
        if stood := self._words[_STANDS]:
            self._words[2] = stood - (time.monotonic() - self._words[1])
            self._words[_STANDS] = 0.0

    @property
    def leapt(self) -> float:
        """Seconds leapt so far."""
        return self._words[2]

    def leap(self, seconds: float) -> None:
        self._words[2] += seconds

    def hold(self, who: Holder, held: bool) -> None:
        self._words[who] = float(held)

    @property
    def held(self) -> bool:
        return any(self._words[who] for who in Holder)


class FollowingClock:
    """The page's time, in a process that does not decide over it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def now(self) -> datetime:
        return self.page.now()

    def monotonic(self) -> float:
        return self.page.elapsed()

    async def sleep(self, seconds: float) -> None:
        end = self.page.elapsed() + max(0.0, seconds)
        await asyncio.sleep(0)
        # another process leaps, and can wake nobody here
        while (left := end - self.page.elapsed()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(left, _LOOK_S))


class LeapingClock(FollowingClock):
    """The page's time, in the one process that decides over it; sleepers wake with a leap."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._asleep: dict[asyncio.Future[None], float] = {}

    async def sleep(self, seconds: float) -> None:
        end = self.page.elapsed() + max(0.0, seconds)
        loop = asyncio.get_running_loop()
        await asyncio.sleep(0)
        while (left := end - self.page.elapsed()) > 0:
            woken: asyncio.Future[None] = loop.create_future()
            timer = loop.call_later(max(left, _LOOK_S), _wake, woken)
            self._asleep[woken] = end
            try:
                await woken
            finally:
                timer.cancel()
                del self._asleep[woken]

    def leap(self, seconds: float) -> None:
        self.page.leap(seconds)
        now = self.page.elapsed()
        for woken, end in sorted(self._asleep.items(), key=lambda one: one[1]):
            if end <= now:
                _wake(woken)


def _wake(woken: asyncio.Future[None]) -> None:
    if not woken.done():
        woken.set_result(None)


async def govern(
    clock: LeapingClock, jobs: Callable[[], bool], work: Callable[[], bool], step: float
) -> None:
    """Leap `step` seconds, again and again, whenever there is no work and no job, here or held
    elsewhere; until cancelled. Time stands while jobs run, unless one takes so long that it may
    wait for the time itself."""
    page, begun = clock.page, time.monotonic()
    while True:
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        if page.held or work():
            page.go_on()
        elif not jobs():
            page.go_on()
            clock.leap(step)
            begun = time.monotonic()
            continue
        elif time.monotonic() - begun < _LONGEST_S:
            page.stand()
        else:
            page.go_on()
        await asyncio.sleep(_PAUSE_S)
