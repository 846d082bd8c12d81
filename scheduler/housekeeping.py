"""What is done over the whole ledger, once in an installation: by whichever process leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.kernel.meter import Meter
from hub.organisations.models import Account
from hub.publishing.ports import Access, Outlet
from hub.publishing.rings.service import Rings
from scheduler.alarm import Alarm
from scheduler.authorisations import AuthorisationWatch
from scheduler.clock import Jobs
from scheduler.following import FollowUp
from scheduler.reminding import Reminding
from scheduler.ring_watch import RingWatch
from scheduler.sweep import Sweep

__all__ = ["Housekeeping"]

_ASK = timedelta(seconds=2)
_RINGS = timedelta(seconds=1)
_MEASURE = timedelta(seconds=10)
_FORECAST = timedelta(minutes=10)


class Housekeeping:
    """Each part is a job of the clock; none needs the others. `on_ready` is called when something
    became due."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        outlets: Mapping[str, Outlet],
        access: Callable[[Account], Access],
        meter: Meter,
        outage_after: timedelta,
        sweep_every: timedelta,
        on_ready: Callable[[], None],
        alarm: Alarm | None = None,
        reminding: Reminding | None = None,
    ) -> None:
        self._sweep_every = sweep_every
        self._alarm, self._reminding = alarm, reminding
        self.sweep = Sweep(database, clock, meter, outage_after)
        rings = Rings(database=database, clock=clock, on_change=on_ready)
        self.rings = RingWatch(rings, clock)
        self.follow_up = FollowUp(database, clock, outlets, on_ready)
        self.authorisations = AuthorisationWatch(database, clock, outlets, access)

    def schedule(self, jobs: Jobs) -> None:
        for name, interval, job in (
            ("rings", _RINGS, self.rings.look),
            ("sweep", self._sweep_every, self.sweep.sweep),
            ("follow-up", _ASK, self.follow_up.look),
            ("measure", _MEASURE, self.sweep.measure),
            ("authorisations", _FORECAST, self.authorisations.look),
        ):
            jobs.every(name, interval, job)
        if self._alarm is not None:
            jobs.every("incidents", _ASK, self._alarm.watch)
            jobs.every("alerts", _ASK, self._alarm.ring)
        if self._reminding is not None:
            jobs.every("reminders", _ASK, self._reminding.look)

    async def stop(self) -> None:
        """Let what was begun aside end."""
        await self.rings.stop()
