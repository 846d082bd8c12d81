"""Keeps the calls under way below a limit, and what is written ahead for them below another.

asyncio.Semaphore walks over all its waiters at every release; with some hundred of them that
cost as much as writing the ledger.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

from hub.publishing.errors import SteppedBack

__all__ = ["Gate"]

_WINDOW_S = 0.25
Waiting = dict[str, asyncio.Future[None]]  # by delivery, in the order of their coming


class Gate:
    """`await admit()` before an attempt is written, `leave()` when it is over; in between
    `await enter()` before its call and `exit()` after it. Whoever waits is known by its delivery.

    An attempt that waits for its call can no longer be cancelled, and after a crash somebody must
    find out what became of it. So no more are admitted than will be called at once: twice the
    limit, and as many as platforms took in the last quarter of a second. While one hangs or fails
    nothing more is written ahead. Where only a person can find out, none waits: not `ahead`, only
    as many are admitted as may be called.

    While an emergency `holds` the gate nobody enters. Who waits may be asked to step back: then
    waiting ends in SteppedBack.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._under_way = 0
        self._admitted = 0
        self._held: set[str] = set()
        self._calling: Waiting = {}
        self._beginning: dict[bool, Waiting] = {True: {}, False: {}}
        self._between: set[str] = set()  # admitted, and not yet asking to enter
        self._asked_back: set[str] = set()
        self._taken = _RecentCount()

    async def admit(self, delivery: str, *, ahead: bool) -> None:
        """Return when the attempt may be written."""
        if not self._may_begin(ahead):
            waiting = self._beginning[ahead]
            await _until(delivery, lambda: self._may_begin(ahead), waiting, self._wake_beginner)
        self._admitted += 1
        self._between.add(delivery)
        self._wake_beginner()

    def leave(self, delivery: str, *, well: bool) -> None:
        """An attempt admitted before is over, or was not written after all; `well` when the
        platform took it."""
        self._admitted -= 1
        self._between.discard(delivery)
        self._asked_back.discard(delivery)
        if well:
            self._taken.add()
        self._wake_beginner()

    async def enter(self, delivery: str) -> None:
        """Return when the call may begin."""
        self._between.discard(delivery)
        if delivery in self._asked_back:
            raise SteppedBack()
        if not self._may_call():
            await _until(delivery, self._may_call, self._calling, self._wake_caller)
        self._under_way += 1

    def exit(self) -> None:
        self._under_way -= 1
        self._wake_caller()

    def hold(self, delivery: str) -> None:
        """Let nobody in until this emergency is called, or put aside."""
        self._held.add(delivery)

    def open(self, delivery: str) -> None:
        """This emergency holds the gate no longer."""
        self._held.discard(delivery)
        self._wake_caller()

    def step_back(self, deliveries: Iterable[str]) -> set[str]:
        """Ask these to step back; those of them whose attempt is not written."""
        unwritten = set()
        for delivery in deliveries:
            if delivery in self._between:
                self._asked_back.add(delivery)
            elif (turn := self._calling.pop(delivery, None)) is not None:
                _refuse(turn)
            else:
                for waiting in self._beginning.values():
                    if (turn := waiting.pop(delivery, None)) is not None:
                        _refuse(turn)
                        unwritten.add(delivery)
        return unwritten

    def _may_call(self) -> bool:
        return self._under_way < self._limit and not self._held

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
        passed = time.monotonic() - self._since  # the loop's own time costs twenty times as much
        if passed >= _WINDOW_S:
            self._before = self._now if passed < 2 * _WINDOW_S else 0
            self._now = 0
            self._since += passed


async def _until(
    delivery: str, free: Callable[[], bool], waiting: Waiting, pass_on: Callable[[], None]
) -> None:
    """Wait for a turn until `free`; who is cancelled at its turn passes it on."""
    while not free():
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting[delivery] = turn
        try:
            await turn
        except asyncio.CancelledError:
            waiting.pop(delivery, None)
            if turn.done() and not turn.cancelled():
                pass_on()
            raise


def _wake_one(waiting: Waiting) -> None:
    turn = waiting.pop(next(iter(waiting)))
    if not turn.done():
        turn.set_result(None)


def _refuse(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_exception(SteppedBack())
