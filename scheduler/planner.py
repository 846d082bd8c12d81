"""The recurring jobs of planning: what comes again is planned ahead, what was sent is booked."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.publishing.quota import store as quota

__all__ = ["PlanAhead", "Planner"]

_OLDEST = timedelta(days=62)  # further back than any period that can still be running


class PlanAhead(Protocol):
    async def plan_ahead(self) -> int:
        """Plan the occurrences of the next days; how many. Safe to run twice at once."""
        ...


class Planner:
    """Each method is one job of the clock."""

    def __init__(self, database: Database, clock: Clock, recurrences: PlanAhead) -> None:
        self._database = database
        self._clock = clock
        self._recurrences = recurrences

    async def plan_ahead(self) -> None:
        await self._recurrences.plan_ahead()

    async def commit_quotas(self) -> None:
        """Mark the slots of posts that platforms have as spent for good.

        Bookkeeping: who counts slots looks at the deliveries themselves, so nothing waits for it.
        """
        now = self._clock.now()
        await self._database.write(
            lambda tx: quota.commit_spent(tx, now - _OLDEST, now), audited=False
        )
