"""Until when this process may call for what it has claimed, by a clock that nobody can set."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.publishing import ledger
from hub.publishing.models import Delivery

__all__ = ["Leases"]

_SPARE = 0.1  # of a lease: what machines' clocks may differ by, and what a call takes to begin


class Leases:
    """The leases of one process, each known by its fence: a delivery that was taken back and
    claimed again is another one, also for the process that had it before."""

    def __init__(self, database: Database, clock: Clock, owner: str, lease: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._owner = owner
        self._lease = lease
        self._ends: dict[tuple[str, int], float] = {}

    def taken(self, deliveries: Iterable[Delivery], begun: float) -> None:
        """These were claimed; `begun` is the monotonic time before that was asked for."""
        end = self._end(begun)
        self._ends |= {(one.id, one.fence): end for one in deliveries}

    def let_go(self, delivery: Delivery) -> None:
        self._ends.pop((delivery.id, delivery.fence), None)

    def holds(self, delivery: Delivery) -> bool:
        """Whether a call for it may still begin."""
        end = self._ends.get((delivery.id, delivery.fence))
        return end is not None and self._clock.monotonic() < end

    async def extend(self) -> None:
        """Prolong all of them; what has been taken back meanwhile is not prolonged."""
        if not self._ends:
            return
        begun, until = self._clock.monotonic(), self._clock.now() + self._lease
        ids = list({delivery_id for delivery_id, _ in self._ends})
        held = await self._database.write(
            lambda tx: ledger.extend(tx, ids, owner=self._owner, lease_until=until), audited=False
        )
        end = self._end(begun)
        self._ends |= {one: end for one in held if one in self._ends}

    def _end(self, begun: float) -> float:
        return begun + self._lease.total_seconds() * (1 - _SPARE)
