"""Keeps the calls under way below a limit, and what is written ahead for them below another.

asyncio.Semaphore walks over all its waiters at every release; with some hundred of them that
cost as much as writing the ledger.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType

__all__ = ["Gate"]

_WINDOW_S = 0.25


class Gate:
    """`await admit()` before an attempt is written, `leave()` when it is over; `async with gate`
    is its call.

    An attempt that waits for its call can no longer be cancelled, and after a crash somebody must
    find out what became of it. So no more are admitted than will be called at once: twice the
    limit, and as many as platforms took in the last quarter of a second. While one hangs or fails
    nothing more is written ahead. Where only a person can find out, none waits: not `ahead`, only
    as many are admitted as may be called.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._under_way = 0
        self._admitted = 0
        self._calling: deque[asyncio.Future[None]] = deque()
        self._beginning: dict[bool, deque[asyncio.Future[None]]] = {True: deque(), False: deque()}
        self._taken = _RecentCount()

    async def admit(self, *, ahead: bool) -> None:
        """Return when the attempt may be written."""
        await _until(lambda: self._may_begin(ahead), self._beginning[ahead], self._wake_beginner)
        self._admitted += 1
        self._wake_beginner()

    def leave(self, *, well: bool) -> None:
        """An attempt admitted before is over, or was not written after all; `well` when the
        platform took it."""
        self._admitted -= 1
        if well:
            self._taken.add()
        self._wake_beginner()

    async def __aenter__(self) -> None:
        await _until(self._may_call, self._calling, self._wake_caller)
        self._under_way += 1

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._under_way -= 1
        self._wake_caller()

    def _may_call(self) -> bool:
        return self._under_way < self._limit

    def _may_begin(self, ahead: bool) -> bool:
        room = self._limit
        if ahead and self._admitted >= room:  # counted only when it decides
            room += self._limit + self._taken.count()
        return self._admitted < room

    def _wake_caller(self) -> None:
        if self._calling and self._may_call():
            _wake_one(self._calling)

    def _wake_beginner(self) -> None:
        for ahead, waiting in self._beginning.items():
            if waiting and self._may_begin(ahead):
                _wake_one(waiting)


class _RecentCount:
    """How many there were in the last whole window or so far in this one, whichever is more."""

    def __init__(self) -> None:
        self._since = 0.0
        self._now = self._before = 0

    def add(self) -> None:
        self._turn()
        self._now += 1

    def count(self) -> int:
        self._turn()
        return max(self._now, self._before)

    def _turn(self) -> None:
        passed = asyncio.get_running_loop().time() - self._since
        if passed >= _WINDOW_S:
            self._before = self._now if passed < 2 * _WINDOW_S else 0
            self._now = 0
            self._since += passed


async def _until(
    free: Callable[[], bool], waiting: deque[asyncio.Future[None]], pass_on: Callable[[], None]
) -> None:
    """Wait for a turn until `free`; who is cancelled at its turn passes it on."""
    while not free():
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                pass_on()
            raise


def _wake_one(waiting: deque[asyncio.Future[None]]) -> None:
    while waiting:
        turn = waiting.popleft()
        if not turn.done():
            turn.set_result(None)
            return
