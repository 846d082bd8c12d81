"""Where prepared deliveries wait: routine ones for a worker, early ones for their time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from hub.kernel.clock import Clock
from hub.publishing.models import Priority
from scheduler.job import Prepared

__all__ = ["Early", "Lane", "is_urgent"]


def is_urgent(prepared: Prepared) -> bool:
    return prepared.delivery.priority >= Priority.EMERGENCY


class Lane:
    """Routine deliveries in the order in which they were claimed: urgent and early first.

    Of those who wait for one, the one that waits shortest gets it: of many workers a quiet hub
    then keeps few in use, and the memory of few.
    """

    def __init__(self) -> None:
        self._order: deque[str] = deque()
        self._waiting: dict[str, Prepared] = {}
        self._idle: list[asyncio.Future[None]] = []

    def put(self, prepared: Prepared) -> None:
        self._waiting[prepared.delivery.id] = prepared
        self._order.append(prepared.delivery.id)
        self._wake()

    def _wake(self) -> None:
        while self._idle:
            idle = self._idle.pop()
            if not idle.done():  # else its worker was cancelled
                idle.set_result(None)
                return

    async def next(self) -> Prepared:
        """The first there is."""
        while True:
            while self._order:
                prepared = self._waiting.pop(self._order.popleft(), None)
                if prepared is not None:
                    return prepared
            idle: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._idle.append(idle)
            try:
                await idle
            except asyncio.CancelledError:
                if idle.done() and not idle.cancelled():
                    self._wake()  # another one takes what it was woken for
                raise

    def take_out(self, deliveries: Iterable[str]) -> list[Prepared]:
        """Those of `deliveries` that nobody has begun; they wait here no longer."""
        found = (self._waiting.pop(delivery, None) for delivery in deliveries)
        return [prepared for prepared in found if prepared is not None]

    def empty(self) -> list[Prepared]:
        """Take out everything that nobody has begun."""
        return self.take_out(list(self._waiting))


class Early:
    """Deliveries that are prepared before their time; each is handed over when that comes."""

    def __init__(self, clock: Clock, hand_over: Callable[[Prepared], None]) -> None:
        self._clock = clock
        self._hand_over = hand_over
        self._waiting: dict[str, tuple[Prepared, asyncio.Task[None]]] = {}

    def put(self, prepared: Prepared) -> None:
        task = asyncio.create_task(self._wait(prepared))
        self._waiting[prepared.delivery.id] = prepared, task

    async def _wait(self, prepared: Prepared) -> None:
        due_at = prepared.delivery.due_at
        # a timer of the loop may ring half a millisecond early; nothing may leave before its time
        while (left := (due_at - self._clock.now()).total_seconds()) > 0:
            await self._clock.sleep(left)
        del self._waiting[prepared.delivery.id]
        self._hand_over(prepared)

    def take_out(self, deliveries: Iterable[str]) -> list[Prepared]:
        """Those of `deliveries` whose time has not come; they wait here no longer."""
        taken = []
        for delivery in deliveries:
            if delivery in self._waiting:
                prepared, task = self._waiting.pop(delivery)
                task.cancel()
                taken.append(prepared)
        return taken

    def empty(self) -> list[Prepared]:
        """Take out everything whose time has not come."""
        return self.take_out(list(self._waiting))
