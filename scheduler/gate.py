"""Keeps the number of calls under way below a limit, cheaply for hundreds of waiters.

asyncio.Semaphore walks over all its waiters at every release; with some hundred of them that
cost as much as writing the ledger.
"""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType

__all__ = ["Gate"]


class Gate:
    """`async with gate` is one call under way; `passable` waits without taking a place."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._under_way = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def passable(self) -> None:
        """Return when there is room: who begins work only then has not long to wait inside."""
        await self._room()
        self._wake_one()  # nothing was taken, so the next may look as well

    async def __aenter__(self) -> None:
        await self._room()
        self._under_way += 1

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._under_way -= 1
        self._wake_one()

    async def _room(self) -> None:
        while self._under_way >= self._limit:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._wake_one()  # it was our turn; give it to the next
                raise

    def _wake_one(self) -> None:
        while self._waiting and self._under_way < self._limit:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
