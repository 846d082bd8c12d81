"""The dispatcher: claim what is due, write ahead, call the platform, record how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import structlog

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Unavailable
from hub.kernel.events import Event, Kind
from hub.kernel.meter import Meter
from hub.publishing import events, ledger, store
from hub.publishing.errors import DeliveryError, LeaseLost, Throttled
from hub.publishing.models import Delivery, DeliveryState, Purpose
from hub.publishing.ports import Accepted, MediaSource, Outlet
from scheduler.endings import Case, ending_of_acceptance, ending_of_error
from scheduler.grouping import GroupedLedger
from scheduler.intake import Blocked, Intake, Sorted
from scheduler.job import LeasedJob, Prepared
from scheduler.limits import Limiter

__all__ = ["DispatchSettings", "Dispatcher"]

_log = structlog.get_logger(__name__)
_ACTOR = "system:dispatcher"
_SHORT_WAIT_S = 1.5
_PROMOTE_AT_ONCE = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchSettings:
    """`connections` calls at a time; a lease outlives every single call by far."""

    connections: int = 256
    batch: int = 256
    lease: timedelta = timedelta(seconds=60)


class Dispatcher:
    """Sends what is due. One per process; processes share the work through leases."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        owner: str,
        outlets: Mapping[str, Outlet],
        intake: Intake,
        media: MediaSource,
        limiter: Limiter,
        meter: Meter,
        settings: DispatchSettings,
        random: Random,
    ) -> None:
        self._database = database
        self._clock = clock
        self._owner = owner
        self._outlets = outlets
        self._intake = intake
        self._media = media
        self._limiter = limiter
        self._meter = meter
        self._settings = settings
        self._random = random
        self._wake = asyncio.Event()
        self._stopping = False
        self._running: dict[str, asyncio.Task[None]] = {}
        self._ledger = GroupedLedger(database, clock, owner, meter, self.wake)

    def wake(self) -> None:
        """Something may be due: look now."""
        self._wake.set()

    @property
    def busy(self) -> int:
        """How many deliveries are between claim and ending in this process."""
        return len(self._running)

    async def run(self) -> None:
        """Send until stopped; a database that is away is waited for."""
        while not self._stopping:
            self._wake.clear()
            try:
                took = await self._round()
            except Unavailable as error:
                _log.warning("dispatcher.database-away", error=str(error))
                await self._clock.sleep(1.0)
                continue
            if not took:
                await self._wake.wait()

    async def stop(self, patience: timedelta = timedelta(seconds=30)) -> None:
        """Claim nothing more, let running calls end, make their endings durable."""
        self._stopping = True
        self.wake()
        if self._running:
            await asyncio.wait(self._running.values(), timeout=patience.total_seconds())
        await self._ledger.drain()

    async def extend_leases(self) -> None:
        """Prolong the leases of everything running here; called well before they run out."""
        if not self._running:
            return
        until = self._clock.now() + self._settings.lease
        ids = list(self._running)
        await self._database.write(
            lambda tx: ledger.extend(tx, ids, owner=self._owner, lease_until=until), audited=False
        )

    async def _round(self) -> bool:
        """Claim and start as much as there is room for; False when there was nothing to do."""
        room = self._settings.connections - len(self._running)
        if room < max(1, self._settings.connections // 8):
            return False
        claimed = await self._claim(min(room, self._settings.batch))
        if not claimed:
            return False
        checked = await self._intake.check(claimed, self._clock.now())
        await self._put_aside(checked)
        for prepared in checked.sendable:
            self._start(prepared)
        return True

    async def _claim(self, limit: int) -> list[Delivery]:
        now = self._clock.now()
        until = now + self._settings.lease

        def work(tx: Transaction) -> list[Delivery]:
            promoted = ledger.promote(tx, now, _PROMOTE_AT_ONCE)
            rows = ledger.claim(tx, owner=self._owner, now=now, lease_until=until, limit=limit)
            if promoted:
                tx.record(self._event(events.DUE, now, {"promoted": promoted}))
            return rows

        return await self._database.write(work, audited=False)

    def _event(self, kind: Kind, at: datetime, data: dict[str, object]) -> Event:
        return Event(kind=kind, subject=self._owner, actor=_ACTOR, at=at, data=data)

    async def _put_aside(self, checked: Sorted) -> None:
        if not (checked.blocked or checked.expired or checked.unsigned):
            return
        now = self._clock.now()

        def work(tx: Transaction) -> None:
            for entry in checked.blocked:
                self._block(tx, entry)
            for delivery in checked.expired:
                values = {"state": DeliveryState.EXPIRED, "reason": "too-late", "next_at": None}
                store.change_deliveries(
                    tx, (DeliveryState.CLAIMED,), ids=(delivery.id,), values=values
                )
            for delivery, error in checked.unsigned:
                values = {
                    "state": DeliveryState.FAILED,
                    "error_code": error.code,
                    "error_zh": f"{error.words.zh} → {error.remedy.zh if error.remedy else ''}",
                    "error_en": f"{error.words.en} → {error.remedy.en if error.remedy else ''}",
                }
                store.change_deliveries(
                    tx, (DeliveryState.CLAIMED,), ids=(delivery.id,), values=values
                )
            data: dict[str, object] = {
                "blocked": [[b.delivery.id, b.reason] for b in checked.blocked],
                "expired": [d.id for d in checked.expired],
                "unsigned": [d.id for d, _ in checked.unsigned],
            }
            tx.record(self._event(events.WAITING, now, data))

        await self._database.write(work)

    def _block(self, tx: Transaction, entry: Blocked) -> None:
        ledger.block(
            tx,
            [entry.delivery.id],
            owner=self._owner,
            reason=entry.reason,
            next_at=entry.next_at,
        )

    def _start(self, prepared: Prepared) -> None:
        delivery_id = prepared.delivery.id
        task = asyncio.create_task(self._deliver(prepared), name=f"deliver-{delivery_id}")
        self._running[delivery_id] = task
        task.add_done_callback(lambda _: self._done(delivery_id))

    def _done(self, delivery_id: str) -> None:
        self._running.pop(delivery_id, None)
        if len(self._running) <= self._settings.connections * 3 // 4:
            self.wake()

    async def _deliver(self, prepared: Prepared) -> None:
        try:
            if await self._wait_for_limit(prepared):
                return
            delivery = prepared.delivery
            if not await self._ledger.begin(delivery, prepared.edition.payload_hash, prepared.key):
                return
        except Unavailable:
            return  # nothing was sent; the lease runs out and the sweep takes the delivery back
        self._observe_lateness(delivery)
        await self._call(prepared)

    def _observe_lateness(self, delivery: Delivery) -> None:
        self._meter.observe_lateness(delivery.channel, self._clock.now() - delivery.due_at)

    async def _wait_for_limit(self, prepared: Prepared) -> bool:
        """Sleep out a short wait; give the delivery back for a long one and return True."""
        declaration = self._outlets[prepared.delivery.channel].declaration
        if not declaration.rates and not self._limiter.pausing:
            return False
        while (wait := await self._limiter.delay(declaration, prepared.access)) > 0:
            if wait > _SHORT_WAIT_S or self._stopping:
                until = self._clock.now() + timedelta(seconds=wait)
                blocked = Blocked(prepared.delivery, "throttled", until)
                await self._put_aside(Sorted(blocked=[blocked]))
                return True
            await self._clock.sleep(wait)
        return False

    async def _call(self, prepared: Prepared) -> None:
        delivery = prepared.delivery
        outlet = self._outlets[delivery.channel]
        job = LeasedJob(
            prepared,
            self._media,
            self._database,
            self._clock,
            self._settings.lease,
            delivery.progress,
        )
        case = Case(delivery, outlet.declaration, self._clock.now(), self._random)
        try:
            accepted = await _act(outlet, job)
        except LeaseLost:
            return
        except Exception as error:
            self._note(prepared, outlet, error)
            case = Case(delivery, outlet.declaration, self._clock.now(), self._random)
            self._ledger.finish(delivery, ending_of_error(case, error))
            return
        case = Case(delivery, outlet.declaration, self._clock.now(), self._random)
        ending = ending_of_acceptance(case, accepted)
        self._ledger.finish(delivery, ending, prepared.edition.parts)

    def _note(self, prepared: Prepared, outlet: Outlet, error: Exception) -> None:
        if isinstance(error, Throttled):
            wait = error.retry_after or timedelta(seconds=60)
            self._limiter.pause(outlet.declaration, prepared.access, error.scope, wait)
        elif not isinstance(error, DeliveryError):
            _log.error("dispatcher.publisher-defect", delivery=prepared.delivery.id, exc_info=error)


async def _act(outlet: Outlet, job: LeasedJob) -> Accepted:
    """What the delivery is for, as the outlet's verb."""
    match job.prepared.delivery.purpose:
        case Purpose.PUBLISH:
            return await outlet.deliver(job)
        case Purpose.CORRECT:
            return await outlet.amend(job)
        case Purpose.RECALL:
            await outlet.withdraw(job)
            return Accepted(remote_id=job.remote_id)
