"""The dispatcher: claim what is due, write ahead, call the platform, record how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

import structlog

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Unavailable
from hub.kernel.events import Event, Kind
from hub.kernel.meter import Meter
from hub.publishing import events, ledger, sweeping
from hub.publishing.errors import SteppedBack
from hub.publishing.models import Delivery, Priority, Reconciling
from hub.publishing.ports import Loading, MediaSource, Outlet
from hub.publishing.restraint.models import BREAKER_OPEN
from scheduler.aside import Aside
from scheduler.breaker import Breaker
from scheduler.calling import Caller
from scheduler.gate import Gate
from scheduler.grouping import GroupedLedger
from scheduler.intake import Blocked, Facts, Intake, Sorted
from scheduler.job import Prepared
from scheduler.lanes import Early, Lane, is_urgent
from scheduler.leases import Leases
from scheduler.limits import Limiter
from scheduler.settings import DispatchSettings
from scheduler.tracing import from_claim

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
        self._database, self._clock, self._owner = database, clock, owner
        self._outlets = outlets
        self._intake = intake
        self._media = media
        self._limiter = limiter
        self._breaker = breaker
        self._meter, self._settings = meter, settings
        self._random = random
        self._wake = asyncio.Event()
        self._stopping = False
        self._held: set[str] = set()
        self._sleeping: set[asyncio.Future[None]] = set()
        self._held_urgent = 0
        self._uncalled: dict[str, Prepared] = {}  # routine ones, by account
        self._lane = Lane()
        self._early = Early(clock, self._start)
        self._gate = Gate(settings.connections)
        self._tasks = asyncio.TaskGroup()
        self._aside = Aside(database, clock, owner)
        self._leases = Leases(database, clock, owner, settings.lease)
        self._settled_by_people = {
            name
            for name, outlet in outlets.items()
            if outlet.declaration.reconciling == (Reconciling.PERSON,)
        }
        self._loading = {name: one for name, one in outlets.items() if isinstance(one, Loading)}
        own_sites = {name for name, outlet in outlets.items() if outlet.declaration.own_site}
        self._ledger = GroupedLedger(database, clock, owner, meter, self._settled, own_sites)
        self.on_settled: Callable[[], None] = lambda: None
        self._caller = Caller(
            outlets=outlets,
            database=database,
            clock=clock,
            media=media,
            limiter=limiter,
            breaker=breaker,
            ledger=self._ledger,
            random=random,
            lease=settings.lease,
            leases=self._leases,
            gate=self._gate,
            urgent_gate=Gate(settings.connections),
            on_called=self._called,
        )

    def wake(self) -> None:
        """Something may be due: look now."""
        self._wake.set()

    def _settled(self) -> None:
        """A commit ended attempts: accounts may be idle again."""
        self.wake()
        self.on_settled()

    @property
    def busy(self) -> int:
        """How many deliveries are between claim and ending in this process."""
        return len(self._held)

    @property
    def _room(self) -> int:
        return self._settings.claimed - len(self._held)

    async def run(self) -> None:
        """Send until stopped; a database that is away is waited for."""
        async with self._tasks as group:
            workers = [group.create_task(self._work()) for _ in range(self._settings.workers)]
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
        for sleeping in self._sleeping:
            sleeping.cancel()
        prepared = self._lane.empty() + self._early.empty()
        try:
            await self._release([one.delivery.id for one in prepared])
        except Unavailable as error:
            _log.warning("dispatcher.not-released", error=str(error))  # the leases run out
        for one in prepared:
            self._let_go(one)
        self.wake()

    async def drain(self) -> None:
        """Return when every ending is durable."""
        await self._ledger.drain()

    async def _release(self, ids: Sequence[str]) -> None:
        if not ids:
            return
        now = self._clock.now()

        def work(tx: Transaction) -> None:
            ledger.release(tx, ids, owner=self._owner, now=now)
            tx.record(self._event(events.LEASES_REAPED, now, {"given_back": len(ids)}))

        await self._database.write(work)

    async def extend_leases(self) -> None:
        """Prolong the leases of everything held here; called well before they run out."""
        await self._leases.extend()

    async def _round(self) -> bool:
        """Claim and start as much as there is room for; False when there was nothing to do."""
        if self._room >= max(1, self._settings.connections // 2):
            claim = self._claim(min(self._room, 2 * self._settings.connections), Priority.ROUTINE)
        elif self._held_urgent < self._settings.connections:
            claim = self._claim(self._settings.connections, Priority.EMERGENCY)
        else:
            return False
        deliveries, facts, kept_waiting = await claim
        stepped_back = await self._step_back(kept_waiting)
        if not deliveries:
            return stepped_back
        now = self._clock.now()
        checked = self._intake.check(deliveries, facts, now)
        self._hold_back(checked)
        await self._aside.put(checked)
        going = {one.delivery.id for one in checked.sendable}
        for delivery in deliveries:
            if delivery.id not in going:
                self._leases.let_go(delivery)
        for prepared in checked.sendable:
            self._hold(prepared)
            if prepared.delivery.due_at > now:
                self._early.put(prepared)
            else:
                self._start(prepared)
        return True

    async def _claim(self, limit: int, least: Priority) -> tuple[list[Delivery], Facts, list[str]]:
        """Claim deliveries, with what the database says about them at that very moment, and the
        accounts whose emergency waits for a delivery that is held."""
        now, begun = self._clock.now(), self._clock.monotonic()
        until = now + self._settings.lease

        def work(tx: Transaction) -> tuple[list[Delivery], Facts, list[str]]:
            promoted = sweeping.promote(tx, now, _PROMOTE_AT_ONCE, self._settings.ahead)
            rows = ledger.claim(
                tx, owner=self._owner, now=now, lease_until=until, limit=limit, least=least
            )
            if promoted:
                tx.record(self._event(events.DUE, now, {"promoted": promoted}))
            kept_waiting = ledger.ready_emergencies(tx.connection, self._settings.claimed)
            return rows, self._intake.gather(tx, rows, now), kept_waiting

        claimed = await self._database.write(work, audited=False)
        self._leases.taken(claimed[0], begun)
        return claimed

    def _hold(self, prepared: Prepared) -> None:
        self._held.add(prepared.delivery.id)
        if is_urgent(prepared):
            self._held_urgent += 1
        else:
            self._uncalled[prepared.delivery.account_id] = prepared

    def _start(self, prepared: Prepared) -> None:
        """Give it to the workers; an emergency does not wait for one."""
        if is_urgent(prepared):
            self._gate.hold(prepared.delivery.id)
            self._tasks.create_task(self._see_through(prepared))
        else:
            self._lane.put(prepared)

    async def _step_back(self, accounts: Sequence[str]) -> bool:
        """Give back what has not been called for accounts whose emergency waits for it."""
        ids = [
            prepared.delivery.id
            for account in accounts
            if (prepared := self._uncalled.pop(account, None)) is not None
        ]
        if not ids:
            return False
        waiting = self._lane.take_out(ids) + self._early.take_out(ids)
        for prepared in waiting:
            self._let_go(prepared)
        unwritten = self._gate.step_back(ids) | {one.delivery.id for one in waiting}
        await self._release(sorted(unwritten))
        return True

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

    async def _work(self) -> None:
        """One worker: take the first routine delivery there is and send it."""
        while True:
            await self._see_through(await self._lane.next())

    async def _see_through(self, prepared: Prepared) -> None:
        try:
            with from_claim(prepared.delivery, self._settings.lease):
                if not await self._send(prepared):
                    return
        except Exception as error:
            # Nothing was sent; the lease runs out and the sweep takes the delivery back.
            name = prepared.delivery.id
            _log.warning("dispatcher.not-begun", delivery=name, error=str(error))
        self._let_go(prepared)

    def _let_go(self, prepared: Prepared) -> None:
        if self._breaker.resting:
            self._breaker.leave(prepared)
        self._held.discard(prepared.delivery.id)
        self._leases.let_go(prepared.delivery)
        self._held_urgent -= is_urgent(prepared)
        self._called(prepared)
        if self._stopping or self._room >= self._settings.connections // 2:
            self.wake()

    def _called(self, prepared: Prepared) -> None:
        """It steps back for nobody any more, and nobody waits for its call."""
        delivery = prepared.delivery
        if is_urgent(prepared):
            self._gate.open(delivery.id)
        elif self._uncalled.get(delivery.account_id) is prepared:
            del self._uncalled[delivery.account_id]

    async def _send(self, prepared: Prepared) -> bool:
        """Write ahead, then call, as soon as the gate lets it; an emergency does not stand in
        line. False when it was put back to wait and is no longer this worker's."""
        if is_urgent(prepared):
            return await self._attempt(prepared) is not None
        delivery = prepared.delivery
        try:
            ahead = delivery.channel not in self._settled_by_people
            await self._gate.admit(delivery.id, ahead=ahead)
        except SteppedBack:
            return True  # given back by who asked for it
        accepted: bool | None = False
        try:
            if self._stopping:
                await self._release([delivery.id])
            else:
                accepted = await self._attempt(prepared)
        finally:
            self._gate.leave(delivery.id, well=bool(accepted))
        return accepted is not None

    async def _attempt(self, prepared: Prepared) -> bool | None:
        """Whether the platform took it; None when a limit or a breaker makes it wait."""
        if await self._postponed(prepared):
            return None
        channel = prepared.delivery.channel
        if (outlet := self._loading.get(channel)) is not None:
            await outlet.ready()
            self._loading.pop(channel, None)
        return await self._begin(prepared) and await self._caller.call(prepared)

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
            await self._release([prepared.delivery.id])
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
            if urgent:
                self._gate.open(prepared.delivery.id)
            self._tasks.create_task(self._start_later(prepared, wait))
            return True
        rest = Blocked(prepared.delivery, reason, self._clock.now() + timedelta(seconds=wait))
        await self._give_back(prepared, Sorted(blocked=[rest]))
        return True

    async def _start_later(self, prepared: Prepared, wait: float) -> None:
        """When the clock has gone on, or at once when the hub stops: then it is given back."""
        self._sleeping.add(sleeping := asyncio.ensure_future(self._clock.sleep(wait)))
        await asyncio.wait({sleeping})
        self._sleeping.discard(sleeping)
        self._start(prepared)

    async def _give_back(self, prepared: Prepared, held: Sorted) -> None:
        await self._aside.put(held)
        self._let_go(prepared)
