"""Everything that runs by itself, started and stopped together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.kernel.meter import Meter
from hub.publishing.admission import Gatekeeper
from hub.publishing.ports import ChannelBook, MediaSource, Outlet
from hub.publishing.quota.service import Quotas
from scheduler.alarm import Alarm
from scheduler.breaker import Breaker, BreakerSettings
from scheduler.clock import HubClock, Select
from scheduler.dispatcher import Dispatcher
from scheduler.housekeeping import Housekeeping
from scheduler.intake import Intake, Keyring
from scheduler.limits import Limiter
from scheduler.measuring import Measurements
from scheduler.preflight import Preparation
from scheduler.reconciler import Reconciler
from scheduler.remembering import remember
from scheduler.reminding import Reminding
from scheduler.rereading import Rereading
from scheduler.settings import DispatchSettings
from scheduler.sharing import Sharing
from scheduler.sweep import Sweep
from scheduler.watching import Rounds

__all__ = ["Engine", "EngineSettings"]

_POLL = timedelta(seconds=1)
_SHARE = timedelta(seconds=1)
_ASK = timedelta(seconds=2)
_BEAT = timedelta(seconds=5)
_AFTERWARDS = timedelta(seconds=30)
_PREPARE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """`owner` names this process in leases; `alone` says that it is the only one there is."""

    owner: str
    alone: bool
    dispatch: DispatchSettings
    sweep_every: timedelta = timedelta(seconds=5)
    outage_after: timedelta = timedelta(minutes=30)
    reread_days: int = 7
    limits_storage: str = "async+memory://"
    breaker: BreakerSettings = field(default_factory=BreakerSettings)


class Engine:
    """Dispatcher, reconciler and the clock that drives them, with the housekeeping over the ledger.

    Several engines share the work. `led` is the database of what only one of them does, `select`
    says which jobs run in this process; by default it is alone and does everything.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        outlets: Mapping[str, Outlet],
        keyring: Keyring,
        channels: ChannelBook,
        media: MediaSource,
        meter: Meter,
        settings: EngineSettings,
        random: Random,
        alarm: Alarm | None = None,
        reminding: Reminding | None = None,
        led: Database | None = None,
        select: Select | None = None,
    ) -> None:
        intake = Intake(database, keyring, Gatekeeper(Quotas(channels)))
        self._settings = settings
        self._database, self._clock = database, clock
        self._outlets, self._intake = outlets, intake
        self.limiter = Limiter(clock, settings.limits_storage)
        self.breaker = Breaker(clock, random, settings.breaker)
        self.dispatcher = Dispatcher(
            database=database,
            clock=clock,
            owner=settings.owner,
            outlets=outlets,
            intake=intake,
            media=media,
            limiter=self.limiter,
            breaker=self.breaker,
            meter=meter,
            settings=settings.dispatch,
            random=random,
        )
        self.reconciler = Reconciler(
            database=database,
            clock=clock,
            outlets=outlets,
            intake=intake,
            media=media,
            on_ready=self.dispatcher.wake,
            reread_days=settings.reread_days,
        )
        rounds = Rounds(database, clock, outlets, intake, media)
        self.rereading = Rereading(rounds, settings.reread_days)
        self.measurements = Measurements(rounds)
        self.sharing = Sharing(
            database, clock, meter, self.breaker, self.limiter, self.dispatcher.wake
        )
        self.preparation = Preparation(database, clock, outlets, intake, media)
        self.sweep = Sweep(database, clock, meter, settings.outage_after)
        self.housekeeping = self._housekeeping(led or database, meter, alarm, reminding)
        self.dispatcher.on_settled = self.housekeeping.rings.settled
        ahead, wake = settings.dispatch.ahead, self.dispatcher.wake
        self.clock = HubClock(database, clock, wake, ahead, select)
        self._loop: asyncio.Task[None] | None = None
        self._stopped = False

    def _housekeeping(
        self, led: Database, meter: Meter, alarm: Alarm | None, reminding: Reminding | None
    ) -> Housekeeping:
        return Housekeeping(
            database=led,
            clock=self._clock,
            outlets=self._outlets,
            access=self._intake.access,
            meter=meter,
            outage_after=self._settings.outage_after,
            sweep_every=self._settings.sweep_every,
            on_ready=self.dispatcher.wake,
            alarm=alarm,
            reminding=reminding,
        )

    def changed(self) -> Callable[[], None]:
        """What to call when somebody in this process changed what is due."""
        return self.clock.changed

    async def start(self) -> None:
        """Recover what a dead worker left, then run until `stop`."""
        await self.sweep.recover(alone=self._settings.alone)
        await self.sweep.beat()
        await self.sharing.look()
        await remember(self.limiter, self._database, self._clock, self._outlets, self._intake)
        lease = self._settings.dispatch.lease
        for name, interval, job in (
            ("look-ahead", _POLL, self.clock.look_ahead),
            ("sharing", _SHARE, self.sharing.look),
            ("settle-unknown", _ASK, self.reconciler.settle_unknown),
            ("verify-accepted", _ASK, self.reconciler.verify_accepted),
            ("extend-leases", lease / 3, self.dispatcher.extend_leases),
            ("beat", _BEAT, self.sweep.beat),
            ("re-read", _AFTERWARDS, self.rereading.look),
            ("measure-posts", _AFTERWARDS, self.measurements.look),
            ("prepare", _PREPARE, self.preparation.look),
        ):
            self.clock.every(name, interval, job)
        self.housekeeping.schedule(self.clock)
        self.clock.start()
        self._loop = asyncio.create_task(self.dispatcher.run(), name="dispatcher")
        await self.clock.look_ahead()

    async def stop(self) -> None:
        """Claim nothing more and leave no delivery half recorded; once more does no harm."""
        if self._stopped:
            return
        self._stopped = True
        await self.clock.stop()
        await self.dispatcher.stop()
        if self._loop is not None:
            await self._loop
        await self.dispatcher.drain()
        await self.housekeeping.stop()
        await self.limiter.close()
