"""Two lanes for prepared deliveries: an emergency never waits behind routine work.

Routine workers take the most urgent there is; reserved workers take emergencies only, so that a
few are free even while every routine call hangs until its timeout.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hub.kernel.clock import Clock
from hub.publishing.models import Priority
from scheduler.job import Prepared

__all__ = ["Early", "Lanes", "is_urgent"]


def is_urgent(prepared: Prepared) -> bool:
    return prepared.delivery.priority >= Priority.EMERGENCY


class Lanes:
    def __init__(self) -> None:
        self._urgent: asyncio.Queue[Prepared] = asyncio.Queue()
        # None stands for an emergency: it wakes an idle worker, who looks at that lane first
        self._routine: asyncio.Queue[Prepared | None] = asyncio.Queue()

    def put(self, prepared: Prepared) -> None:
        """Behind everything of its lane; claims come in order of priority and due time."""
        if is_urgent(prepared):
            self._urgent.put_nowait(prepared)
            self._routine.put_nowait(None)
        else:
            self._routine.put_nowait(prepared)

    async def next_urgent(self) -> Prepared:
        """For a reserved worker."""
        return await self._urgent.get()

    async def next(self) -> Prepared:
        """For a routine worker: an emergency if there is one, else the first in order."""
        while True:
            if not self._urgent.empty():
                return self._urgent.get_nowait()
            prepared = await self._routine.get()
            if prepared is not None:
                return prepared

    def empty(self) -> list[Prepared]:
        """Take out everything that nobody has begun."""
        left = []
        while not self._urgent.empty():
            left.append(self._urgent.get_nowait())
        while not self._routine.empty():
            prepared = self._routine.get_nowait()
            if prepared is not None:
                left.append(prepared)
        return left


class Early:
    """Deliveries that are prepared before their time; `put` hands each over when it comes."""

    def __init__(self, clock: Clock, hand_over: Callable[[Prepared], None]) -> None:
        self._clock = clock
        self._hand_over = hand_over
        self._waiting: dict[asyncio.Task[None], Prepared] = {}

    def put(self, prepared: Prepared) -> None:
        task = asyncio.create_task(self._wait(prepared))
        self._waiting[task] = prepared
        task.add_done_callback(lambda done: self._waiting.pop(done, None))

    async def _wait(self, prepared: Prepared) -> None:
        due_at = prepared.delivery.due_at
        # a timer of the loop may ring half a millisecond early; nothing may leave before its time
        while (left := (due_at - self._clock.now()).total_seconds()) > 0:
            await self._clock.sleep(left)
        self._hand_over(prepared)

    def empty(self) -> list[Prepared]:
        """Take out everything whose time has not come."""
        left = list(self._waiting.values())
        for task in list(self._waiting):
            task.cancel()
        self._waiting.clear()
        return left
