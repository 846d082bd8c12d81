"""What reading again and measuring share: whose turn it is, within each account's spare calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import structlog

from hub.kernel.clock import CHINA, Clock
from hub.kernel.database import Database, Transaction
from hub.publishing import store as ledger_store
from hub.publishing.afterwards import store
from hub.publishing.afterwards.models import Watch
from hub.publishing.errors import DeliveryError
from hub.publishing.ports import MediaSource, Outlet
from scheduler.intake import Intake
from scheduler.job import LeasedJob, Prepared

__all__ = ["Asked", "Rounds", "settle"]

_log = structlog.get_logger(__name__)
_AT_ONCE = 8
_BATCH = 200
_LOCK = timedelta(minutes=10)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """A platform's answer about one watched post; None where it gave none."""

    watch: Watch
    prepared: Prepared
    answer: T | None


class Rounds:
    """Takes turns. What is no longer public, or would go over the spare calls, is passed over."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outlets: Mapping[str, Outlet],
        intake: Intake,
        media: MediaSource,
    ) -> None:
        self.database = database
        self.clock = clock
        self.outlets = outlets
        self._intake = intake
        self._media = media
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def ask(
        self,
        what: str,
        following: Callable[[Watch], datetime | None],
        call: Callable[[Outlet, LeasedJob], Awaitable[T]],
    ) -> list[Asked[T]]:
        """Ask about every post whose turn it is by `what`; `following` says when it is next."""
        now = self.clock.now()
        chosen = await self.database.write(
            lambda tx: self._choose(tx, what, following, now), audited=False
        )
        if not chosen:
            return []
        watches = {watch.delivery_id: watch for watch in chosen}
        deliveries = await self.database.read(
            lambda c: ledger_store.deliveries_by_ids(c, watches.keys())
        )
        prepared = await self._intake.prepare(deliveries)
        answers = await asyncio.gather(*(self._call(one, call) for one in prepared))
        return [
            Asked(watches[one.delivery.id], one, answer)
            for one, answer in zip(prepared, answers, strict=True)
        ]

    def _choose(
        self,
        tx: Transaction,
        what: str,
        following: Callable[[Watch], datetime | None],
        now: datetime,
    ) -> list[Watch]:
        taken = store.due(tx, what, now, now + _LOCK, _BATCH)
        public = store.still_public(tx.connection, [watch.delivery_id for watch in taken])
        store.unwatch(tx, [w.delivery_id for w in taken if w.delivery_id not in public])
        chosen = []
        for watch in taken:
            if watch.delivery_id not in public:
                continue
            if watch.channel in self.outlets and self._affordable(tx, watch, now):
                chosen.append(watch)
            else:  # this turn is let go; the next one comes at its time
                store.watched(tx, watch, what, following(watch))
        return chosen

    def _affordable(self, tx: Transaction, watch: Watch, now: datetime) -> bool:
        most = self.outlets[watch.channel].declaration.spare_calls
        day = now.astimezone(CHINA).strftime("%Y-%m-%d")
        return not most or store.spend(tx, watch.account_id, day, most)

    async def _call(
        self, prepared: Prepared, call: Callable[[Outlet, LeasedJob], Awaitable[T]]
    ) -> T | None:
        delivery = prepared.delivery
        job = LeasedJob(prepared, self._media, self.database, self.clock, _LOCK, delivery.progress)
        async with self._slots:
            try:
                return await call(self.outlets[delivery.channel], job)
            except DeliveryError as error:
                _log.info("watching.not-answered", delivery=delivery.id, error=error.code)
            except Exception as error:
                _log.error("watching.publisher-defect", delivery=delivery.id, exc_info=error)
        return None


def settle(
    tx: Transaction,
    asked: Sequence[Asked[T]],
    what: str,
    following: Callable[[Watch], datetime | None],
    again: datetime,
) -> None:
    """After an answer the next turn comes at its time, without one it comes again soon."""
    for one in asked:
        answered = one.answer is not None
        at = following(one.watch) if answered else again
        store.watched(tx, one.watch, what, at, done=answered)
