"""Sums of every body over a period: counted once for all who ask, and remembered for a while."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.columns import microseconds
from hub.kernel.database import Database
from hub.publishing.liveness.models import Standing
from hub.publishing.liveness.rules import limit_of, standing_of
from hub.supervision import store
from hub.supervision.models import Period, Tally

__all__ = ["KNOWN_FOR_S", "Counted", "Sums"]

KNOWN_FOR_S = 60.0  # so long at least counts what was counted
_SHARE = (
    10  # ... and so many times as long as counting took: boards are a tenth of the work at most
)
_KNOWN_AT_MOST = 16  # periods
_DAY_US = 86_400_000_000
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """By body's id, as it was `at` that time; until `good_until` (monotonic) it counts as new."""

    at: datetime
    good_until: float
    tallies: Mapping[str, Tally]


class Sums:
    """`liveness_days`: after how many days without an update an account counts as dormant."""

    def __init__(self, database: Database, clock: Clock, liveness_days: int) -> None:
        self._database = database
        self._clock = clock
        self._days = liveness_days
        self._known: dict[Period, Counted] = {}
        self._counting: dict[Period, asyncio.Task[Counted]] = {}

    async def of(self, period: Period) -> Counted:
        """Waits until it is counted, however long that takes."""
        known = self._fresh(period)
        return known if known is not None else await asyncio.shield(self._begun(period))

    async def at_hand(self, period: Period, patience: float) -> tuple[Counted | None, bool]:
        """What can be told within `patience` seconds, perhaps of some time ago, or nothing; and
        whether newer sums are being counted. Counting goes on when nobody waits any more."""
        known = self._fresh(period)
        if known is not None:
            return known, False
        task = self._begun(period)
        await asyncio.wait({task}, timeout=patience)
        if task.done():
            return task.result(), False
        return self._known.get(period), True

    def counting(self, period: Period) -> bool:
        return period in self._counting

    def _fresh(self, period: Period) -> Counted | None:
        known = self._known.get(period)
        return known if known and self._clock.monotonic() < known.good_until else None

    def _begun(self, period: Period) -> asyncio.Task[Counted]:
        """The one count of this period that is under way."""
        task = self._counting.get(period)
        if task is None:
            task = self._counting[period] = asyncio.ensure_future(self._count(period))
            task.add_done_callback(lambda done: self._ended(period, done))
        return task

    def _ended(self, period: Period, task: asyncio.Task[Counted]) -> None:
        self._counting.pop(period, None)
        if not task.cancelled() and (failure := task.exception()) is not None:
            # those who still wait are told by their own wait
            _log.warning("supervision.uncounted", error=type(failure).__name__)

    async def _count(self, period: Period) -> Counted:
        now, begun = self._clock.now(), self._clock.monotonic()

        def look(connection: Connection) -> Mapping[str, Tally]:
            sums: dict[str, Tally] = defaultdict(Tally, store.tallies(connection, period, now))
            for body_id, tally in self._dormant(connection, now).items():
                sums[body_id] = sums[body_id] + tally
            return dict(sums)

        tallies = await self._database.read(look)
        ended = self._clock.monotonic()
        good_until = ended + max(KNOWN_FOR_S, _SHARE * (ended - begun))
        self._known.pop(period, None)  # the newest stand last
        self._known[period] = Counted(at=now, good_until=good_until, tallies=tallies)
        while len(self._known) > _KNOWN_AT_MOST:
            self._known.pop(next(iter(self._known)))
        return self._known[period]

    def _dormant(self, connection: Connection, now: datetime) -> Mapping[str, Tally]:
        sums: dict[str, Tally] = defaultdict(Tally)
        at = microseconds(now) or 0
        for body_id, settings, published in store.accounts_of(connection):
            limit = limit_of(settings, self._days)
            if limit > 0:
                days = None if published is None else max(0, at - published) // _DAY_US
                over = standing_of(days, limit) is Standing.OVER
                sums[body_id] = sums[body_id] + Tally(accounts=1, dormant=int(over))
        return sums
