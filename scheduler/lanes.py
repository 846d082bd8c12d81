"""Two lanes for prepared deliveries: an emergency never waits behind routine work.

Routine workers take the most urgent there is; reserved workers take emergencies only, so that a
few are free even while every routine call hangs until its timeout.
"""

from __future__ import annotations

import asyncio
import itertools

from hub.publishing.models import Priority
from scheduler.job import Prepared

__all__ = ["Lanes", "is_urgent"]

_Entry = tuple[int, int, Prepared | None]


def is_urgent(prepared: Prepared) -> bool:
    return prepared.delivery.priority >= Priority.EMERGENCY


class Lanes:
    def __init__(self) -> None:
        self._urgent: asyncio.Queue[Prepared] = asyncio.Queue()
        self._routine: asyncio.PriorityQueue[_Entry] = asyncio.PriorityQueue()
        self._order = itertools.count()

    def put(self, prepared: Prepared) -> None:
        entry: Prepared | None = prepared
        if is_urgent(prepared):
            self._urgent.put_nowait(prepared)
            entry = None  # wakes an idle routine worker, who looks at the urgent lane first
        self._routine.put_nowait((-prepared.delivery.priority, next(self._order), entry))

    async def next_urgent(self) -> Prepared:
        """For a reserved worker."""
        return await self._urgent.get()

    async def next(self) -> Prepared:
        """For a routine worker: an emergency if there is one, else the first in order."""
        while True:
            if not self._urgent.empty():
                return self._urgent.get_nowait()
            _, _, prepared = await self._routine.get()
            if prepared is not None:
                return prepared

    def empty(self) -> list[Prepared]:
        """Take out everything that nobody has begun."""
        left = []
        while not self._urgent.empty():
            left.append(self._urgent.get_nowait())
        while not self._routine.empty():
            _, _, prepared = self._routine.get_nowait()
            if prepared is not None:
                left.append(prepared)
        return left
