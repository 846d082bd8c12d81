"""The dispatcher: claim what is due, write ahead, call the platform, record how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

import structlog

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Unavailable, Words
from hub.kernel.events import Event, Kind
from hub.kernel.meter import Meter
from hub.publishing import events, ledger, sweeping
from hub.publishing.errors import DeliveryError, LeaseLost, Rejected, Throttled
from hub.publishing.models import Capability, Delivery, Priority, Purpose, Reconciling
from hub.publishing.ports import Accepted, MediaSource, Outlet
from hub.publishing.restraint.models import BREAKER_OPEN
from scheduler.aside import Aside
from scheduler.breaker import Breaker
from scheduler.endings import Case, ending_of_acceptance, ending_of_error
from scheduler.gate import Gate
from scheduler.grouping import GroupedLedger
from scheduler.intake import Blocked, Facts, Intake, Sorted
from scheduler.job import LeasedJob, Prepared
from scheduler.lanes import Early, Lanes, is_urgent
from scheduler.limits import Limiter
from scheduler.settings import DispatchSettings

__all__ = ["Dispatcher"]

_log = structlog.get_logger(__name__)
_ACTOR = "system:dispatcher"
_SHORT_WAIT_S = 1.5
_LIMITS_AWAY_S = 5.0
_PROMOTE_AT_ONCE = 5000


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
        breaker: Breaker,
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
        self._breaker = breaker
        self._meter = meter
        self._settings = settings
        self._random = random
        self._wake = asyncio.Event()
        self._stopping = False
        self._held: set[str] = set()
        self._held_urgent = 0
        self._lanes = Lanes()
        self._early = Early(clock, self._lanes.put)
        self._gate = Gate(settings.connections)
        self._aside = Aside(database, clock, owner)
        self._settled_by_people = {
            name
            for name, outlet in outlets.items()
            if outlet.declaration.reconciling == (Reconciling.PERSON,)
        }
        self._ledger = GroupedLedger(database, clock, owner, meter, self.wake)

    def wake(self) -> None:
        """Something may be due: look now."""
        self._wake.set()

    @property
    def busy(self) -> int:
        """How many deliveries are between claim and ending in this process."""
        return len(self._held)

    @property
    def _room(self) -> int:
        return self._settings.claimed - len(self._held)

    async def run(self) -> None:
        """Send until stopped; a database that is away is waited for."""
        async with asyncio.TaskGroup() as group:
            takers = [self._lanes.next] * self._settings.workers
            takers += [self._lanes.next_urgent] * self._settings.reserved
            workers = [group.create_task(self._work(take)) for take in takers]
            await self._keep_claiming()
            while self._held:
                self._wake.clear()
                await self._wake.wait()
            for worker in workers:
                worker.cancel()

    async def _keep_claiming(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                took = await self._round()
            except Unavailable as error:
                _log.warning("dispatcher.database-away", error=str(error))
                await self._clock.sleep(1.0)
                continue
            except Exception as error:
                # One strange row must not stop all others; leases bring back what was claimed.
                _log.error("dispatcher.round-failed", exc_info=error)
                await self._clock.sleep(1.0)
                continue
            if not took:
                await self._wake.wait()

    async def stop(self) -> None:
        """Claim nothing more, give back what has not begun, let running calls end durably.

        `run` returns when that is done; every call has its timeout, so it does not wait for ever.
        """
        self._stopping = True
        prepared = self._lanes.empty() + self._early.empty()
        waiting = [one.delivery for one in prepared]
        try:
            await self._release(waiting)
        except Unavailable as error:
            _log.warning("dispatcher.not-released", error=str(error))  # the leases run out
        for one in prepared:
            self._let_go(one)
        self.wake()

    async def drain(self) -> None:
        """Return when every ending is durable."""
        await self._ledger.drain()

    async def _release(self, deliveries: Sequence[Delivery]) -> None:
        if not deliveries:
            return
        now = self._clock.now()
        ids = [delivery.id for delivery in deliveries]

        def work(tx: Transaction) -> None:
            ledger.release(tx, ids, owner=self._owner, now=now)
            tx.record(self._event(events.LEASES_REAPED, now, {"given_back": len(ids)}))

        await self._database.write(work)

    async def extend_leases(self) -> None:
        """Prolong the leases of everything held here; called well before they run out."""
        if not self._held:
            return
        until = self._clock.now() + self._settings.lease
        ids = list(self._held)
        await self._database.write(
            lambda tx: ledger.extend(tx, ids, owner=self._owner, lease_until=until), audited=False
        )

    async def _round(self) -> bool:
        """Claim and start as much as there is room for; False when there was nothing to do."""
        if self._room >= max(1, self._settings.connections // 2):
            most = min(self._room, 2 * self._settings.connections)
            claimed = await self._claim(most, Priority.ROUTINE)
        elif self._held_urgent < self._settings.reserved:
            claimed = await self._claim(self._settings.reserved, Priority.EMERGENCY)
        else:
            return False
        if claimed is None:
            return False
        now = self._clock.now()
        checked = self._intake.check(*claimed, now)
        self._hold_back(checked)
        await self._aside.put(checked)
        for prepared in checked.sendable:
            self._held.add(prepared.delivery.id)
            self._held_urgent += is_urgent(prepared)
            if prepared.delivery.due_at > now:
                self._early.put(prepared)
            else:
                self._lanes.put(prepared)
        return True

    async def _claim(self, limit: int, least: Priority) -> tuple[list[Delivery], Facts] | None:
        """Claim deliveries, with what the database says about them at that very moment."""
        now = self._clock.now()
        until = now + self._settings.lease

        def work(tx: Transaction) -> tuple[list[Delivery], Facts] | None:
            promoted = sweeping.promote(tx, now, _PROMOTE_AT_ONCE, self._settings.ahead)
            rows = ledger.claim(
                tx, owner=self._owner, now=now, lease_until=until, limit=limit, least=least
            )
            if promoted:
                tx.record(self._event(events.DUE, now, {"promoted": promoted}))
            return (rows, self._intake.gather(tx, rows, now)) if rows else None

        return await self._database.write(work, audited=False)

    def _event(self, kind: Kind, at: datetime, data: dict[str, object]) -> Event:
        return Event(kind=kind, subject=self._owner, actor=_ACTOR, at=at, data=data)

    def _hold_back(self, checked: Sorted) -> None:
        """Of what could be sent, put aside what would only meet someone that keeps failing."""
        if not self._breaker.resting:
            return
        going, checked.sendable = checked.sendable, []
        for prepared in going:
            until = self._breaker.holds(prepared)
            if until is None:
                checked.sendable.append(prepared)
            else:
                checked.blocked.append(Blocked(prepared.delivery, BREAKER_OPEN, until))

    async def _work(self, take: Callable[[], Awaitable[Prepared]]) -> None:
        """One worker: take the most urgent prepared delivery and send it."""
        while True:
            prepared = await take()
            try:
                if not await self._send(prepared):
                    continue
            except Exception as error:
                # Nothing was sent; the lease runs out and the sweep takes the delivery back.
                name = prepared.delivery.id
                _log.warning("dispatcher.not-begun", delivery=name, error=str(error))
            self._let_go(prepared)

    def _let_go(self, prepared: Prepared) -> None:
        if self._breaker.resting:
            self._breaker.leave(prepared)
        self._held.discard(prepared.delivery.id)
        self._held_urgent -= is_urgent(prepared)
        if self._stopping or self._room >= self._settings.connections // 2:
            self.wake()

    async def _send(self, prepared: Prepared) -> bool:
        """Write ahead, then call, as soon as the gate lets it; an emergency does not stand in
        line. False when it was put back to wait and is no longer this worker's."""
        if is_urgent(prepared):
            return await self._attempt(prepared) is not None
        await self._gate.admit(ahead=prepared.delivery.channel not in self._settled_by_people)
        accepted: bool | None = False
        try:
            if self._stopping:
                await self._release([prepared.delivery])
            else:
                accepted = await self._attempt(prepared)
        finally:
            self._gate.leave(well=bool(accepted))
        return accepted is not None

    async def _attempt(self, prepared: Prepared) -> bool | None:
        """Whether the platform took it; None when a limit or a breaker makes it wait."""
        if await self._postponed(prepared):
            return None
        return await self._begin(prepared) and await self._call(prepared)

    async def _begin(self, prepared: Prepared) -> bool:
        """Write ahead; False when the delivery was cancelled or taken back meanwhile."""
        delivery = prepared.delivery
        begun = await self._ledger.begin(delivery, prepared.edition.payload_hash, prepared.key)
        if begun:
            lateness = self._clock.now() - delivery.due_at
            self._meter.observe_lateness(delivery.channel, lateness)
        return begun

    async def _postponed(self, prepared: Prepared) -> bool:
        """Whether a limit or a breaker makes this one wait: briefly in memory, longer in the
        ledger."""
        if self._breaker.resting:
            held = Sorted(sendable=[prepared])
            self._hold_back(held)
            if held.blocked:
                await self._give_back(prepared, held)
                return True
        if prepared.good_until is not None and prepared.good_until <= self._clock.now():
            await self._release([prepared.delivery])
            self._let_go(prepared)
            return True
        declaration = self._outlets[prepared.delivery.channel].declaration
        if not declaration.rates and not self._limiter.pausing:
            return False
        reason = "throttled"
        try:
            urgent = is_urgent(prepared)
            wait = await self._limiter.delay(declaration, prepared.access, urgent=urgent)
        except Unavailable:
            wait, reason = _LIMITS_AWAY_S, "limits-away"
        if wait <= 0:
            return False
        if wait <= _SHORT_WAIT_S and not self._stopping:
            asyncio.get_running_loop().call_later(wait, self._lanes.put, prepared)
            return True
        rest = Blocked(prepared.delivery, reason, self._clock.now() + timedelta(seconds=wait))
        await self._give_back(prepared, Sorted(blocked=[rest]))
        return True

    async def _give_back(self, prepared: Prepared, held: Sorted) -> None:
        await self._aside.put(held)
        self._let_go(prepared)

    async def _call(self, prepared: Prepared) -> bool:
        """Call and record how it ended; whether the platform took it."""
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
        try:
            if is_urgent(prepared):
                accepted = await self._act(outlet, job)
            else:
                async with self._gate:
                    accepted = await self._act(outlet, job)
        except LeaseLost:
            return False
        except Exception as error:
            rest = self._note(prepared, outlet, error)
            case = Case(delivery, outlet.declaration, self._clock.now(), self._random, rest)
            ending = ending_of_error(case, error)
        else:
            if self._breaker.watching:
                self._breaker.taken(prepared)
            case = Case(delivery, outlet.declaration, self._clock.now(), self._random)
            ending = ending_of_acceptance(case, accepted)
        self._ledger.finish(delivery, ending, prepared.edition.parts)
        return not ending.error_code

    async def _act(self, outlet: Outlet, job: LeasedJob) -> Accepted:
        """Call, unless a Retry-After has come in since this one began."""
        if self._limiter.pausing:
            left = self._limiter.pause_left(outlet.declaration, job.access)
            if left > 0:
                raise Throttled(
                    Words("平台要求稍后再试，未发送", "the platform asked to wait; not sent"),
                    retry_after=timedelta(seconds=left),
                )
        return await _act(outlet, job)

    def _note(self, prepared: Prepared, outlet: Outlet, error: Exception) -> timedelta | None:
        """Tell limiter and breaker; how long the delivery rests where a breaker is open."""
        if isinstance(error, Throttled):
            wait = error.retry_after or timedelta(seconds=60)
            self._limiter.pause(outlet.declaration, prepared.access, error.scope, wait)
        elif not isinstance(error, DeliveryError):
            _log.error("dispatcher.publisher-defect", delivery=prepared.delivery.id, exc_info=error)
        return self._breaker.failed(prepared, error)


async def _act(outlet: Outlet, job: LeasedJob) -> Accepted:
    """What the delivery is for, as the outlet's verb."""
    match job.prepared.delivery.purpose:
        case Purpose.PUBLISH | Purpose.NOTICE:
            return await outlet.deliver(job)
        case Purpose.CORRECT:
            return await outlet.amend(job)
        case Purpose.RECALL:
            if not outlet.declaration.can(Capability.DELETE):
                raise Rejected(
                    Words("该平台不能删除已发布内容", "this platform cannot delete a post"),
                    remedy=Words(
                        "请人工到平台处理，或另发更正", "act by hand there, or post a correction"
                    ),
                )
            await outlet.withdraw(job)
            return Accepted(remote_id=job.remote_id)  # what it is gone from
