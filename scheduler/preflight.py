"""Two recurring jobs before plans are due: the checks at their points, and media uploaded ahead."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from hub.kernel.clock import Clock
from hub.kernel.columns import storable
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Words
from hub.kernel.events import Event
from hub.kernel.meter import Meter
from hub.organisations import events as account_events
from hub.organisations import store as organisations
from hub.publishing import events
from hub.publishing.errors import DeliveryError, LeaseLost, Unauthorised
from hub.publishing.models import Delivery
from hub.publishing.ports import PREPARED, MediaSource, Outlet, Preparing
from hub.publishing.preflight import store
from hub.publishing.preflight.service import Preflight
from scheduler.intake import Intake
from scheduler.job import LeasedJob, Prepared

__all__ = ["AheadJob", "PreflightWatch", "Preparation"]

_log = structlog.get_logger(__name__)
_ACTOR = "system:preflight"
_BATCH = 20
_MOST_ROUNDS = 50  # a thousand plans; what is left comes with the next tick

_AHEAD = timedelta(hours=24)
_TOO_LATE = timedelta(minutes=2)  # so shortly before, sending uploads by itself
_AGAIN_IN = timedelta(minutes=30)
_PER_ROUND = 200
_AT_ONCE = 8


class PreflightWatch:
    """Passes the check points that have come, then shows what is open."""

    def __init__(self, preflight: Preflight, meter: Meter) -> None:
        self._preflight = preflight
        self._meter = meter

    async def look(self) -> None:
        for _ in range(_MOST_ROUNDS):
            if await self._preflight.run_due(_BATCH) < _BATCH:
                break
        self._meter.show_preflight(await self._preflight.counts())


@dataclass(slots=True)
class AheadJob(LeasedJob):
    """A delivery that still waits for its time. There is no lease: what is saved is kept only as
    long as it waits, so that a worker that has claimed it never finds its progress changed."""

    async def checkpoint(self, progress: Mapping[str, Any]) -> None:
        saved: dict[str, Any] = storable(progress)
        delivery = self.prepared.delivery
        kept = await self.database.write(
            lambda tx: store.save_ahead(tx, delivery, saved), audited=False
        )
        if not kept:
            raise _taken_over()
        self.progress = saved


class Preparation:
    """Uploads the media of deliveries due within a day where the outlet is `Preparing`."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outlets: Mapping[str, Outlet],
        intake: Intake,
        media: MediaSource,
    ) -> None:
        self._database = database
        self._clock = clock
        self._able = {name: o for name, o in outlets.items() if isinstance(o, Preparing)}
        self._intake = intake
        self._media = media
        self._tried: dict[str, datetime] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def look(self) -> int:
        """Prepare what is not prepared; how many deliveries that are now."""
        if not self._able:
            return 0
        now = self._clock.now()
        self._tried = {i: at for i, at in self._tried.items() if now - at < _AGAIN_IN}
        limit = _PER_ROUND + len(self._tried)  # those that failed just now come first again
        waiting = await self._database.read(
            lambda c: store.to_prepare(c, list(self._able), now + _TOO_LATE, now + _AHEAD, limit)
        )
        chosen = [d for d in waiting if d.id not in self._tried][:_PER_ROUND]
        self._tried |= {delivery.id: now for delivery in chosen}
        prepared = await self._intake.prepare(chosen) if chosen else []
        done = await asyncio.gather(*(self._prepare(one) for one in prepared))
        return sum(done)

    async def _prepare(self, prepared: Prepared) -> bool:
        delivery = prepared.delivery
        job = AheadJob(
            prepared, self._media, self._database, self._clock, timedelta(0), delivery.progress
        )
        async with self._slots:
            try:
                progress = await self._able[delivery.channel].prepare(job)
                await self._finish(delivery, progress)
            except LeaseLost:
                return False  # it is being sent, was moved or cancelled: nothing is owed
            except Unauthorised as error:
                await self._must_reconnect(delivery, error)
                return False
            except DeliveryError as error:
                _log.info("preparation.not-yet", delivery=delivery.id, error=error.code)
                return False
            except Exception as error:
                _log.error("preparation.publisher-defect", delivery=delivery.id, exc_info=error)
                return False
        self._tried.pop(delivery.id, None)
        return True

    async def _finish(self, delivery: Delivery, progress: Mapping[str, Any]) -> None:
        now = self._clock.now()
        saved: dict[str, Any] = storable({**progress, PREPARED: now.isoformat()})

        def work(tx: Transaction) -> bool:
            if not store.save_ahead(tx, delivery, saved):
                return False
            data = {"steps": sorted(saved)}
            tx.record(
                Event(kind=events.PREPARED, subject=delivery.id, actor=_ACTOR, at=now, data=data)
            )
            return True

        if not await self._database.write(work):
            raise _taken_over()

    async def _must_reconnect(self, delivery: Delivery, error: Unauthorised) -> None:
        """Known hours before it would have failed: the board and the sweep go by this mark."""
        account_id, reason, now = delivery.account_id, error.words.zh, self._clock.now()

        def work(tx: Transaction) -> None:
            organisations.set_needs_reconnecting(tx, account_id, reason)
            kind, data = account_events.NEEDS_RECONNECTING, {"reason": reason}
            tx.record(Event(kind=kind, subject=account_id, actor=_ACTOR, at=now, data=data))

        await self._database.write(work)


def _taken_over() -> LeaseLost:
    return LeaseLost(Words("投递已不在等待", "the delivery waits no longer"))
