"""The recurring jobs over the ledger: whatever a wake-up, a worker or an outage lost is found
here, by the state of the database and never by the content of a queue."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event, Kind
from hub.kernel.meter import Meter
from hub.publishing import events, store, sweeping
from scheduler.reconciler import LOCK

__all__ = ["HEARTBEAT", "Sweep"]

HEARTBEAT = "dispatcher"
_ACTOR = "system:sweep"


class Sweep:
    """Each method is one job of the clock."""

    def __init__(
        self, database: Database, clock: Clock, meter: Meter, outage_after: timedelta
    ) -> None:
        self._database = database
        self._clock = clock
        self._meter = meter
        self._outage_after = outage_after
        self._last_beat: datetime | None = None

    def heartbeat_age(self) -> timedelta | None:
        """How long ago this process last said that it lives; None before the first time."""
        return None if self._last_beat is None else self._clock.now() - self._last_beat

    async def recover(self, *, alone: bool) -> None:
        """At the start: settle what a dead worker left, and freeze the backlog of an outage.

        `alone` says that no other worker can be alive (the embedded hub holds its lock file):
        then no lease, and no question to a platform, is anybody's any more.
        """
        now = self._clock.now()

        def work(tx: Transaction) -> None:
            released, lost = sweeping.reap(tx, now, all_leases=alone)
            self._record(tx, events.LEASES_REAPED, released=len(released), lost=lost)
            last = store.last_beat(tx.connection, HEARTBEAT)
            if last is not None and now - last > self._outage_after:
                held = sweeping.hold_outage(tx, now - self._outage_after, ready_too=True)
                self._record(tx, events.HELD_BACK, held=held)

        await self._database.write(work)
        if alone:
            await self._database.write(lambda tx: sweeping.ask_again(tx, now, LOCK), audited=False)

    async def sweep(self) -> None:
        """Take back leases that ran out, expire what is too late, hold what an outage missed."""
        now = self._clock.now()

        def work(tx: Transaction) -> None:
            held = sweeping.hold_outage(tx, now - self._outage_after, ready_too=False)
            self._record(tx, events.HELD_BACK, held=held)
            released, lost = sweeping.reap(tx, now)
            self._record(tx, events.LEASES_REAPED, released=len(released), lost=lost)
            self._record(tx, events.EXPIRED, expired=sweeping.expire_late(tx, now))
            self._record(tx, events.DUE, reconnected=sweeping.unblock_reconnected(tx, now))

        await self._database.write(work)

    async def beat(self) -> None:
        """Say that the scheduler lives."""
        now = self._clock.now()
        await self._database.write(lambda tx: store.beat(tx, HEARTBEAT, now), audited=False)
        self._last_beat = now

    async def measure(self) -> None:
        """Show backlog and the oldest unknown to whoever measures."""

        def work(connection: Connection) -> None:
            self._meter.show_backlog(store.backlog(connection))
            now = self._clock.now()
            since = store.oldest_unknown(connection)
            self._meter.show_oldest_unknown({name: now - at for name, at in since.items()})

        await self._database.read(work)

    def _record(self, tx: Transaction, kind: Kind, **found: int | list[str]) -> None:
        """One event for what a step found; nothing found, nothing recorded."""
        if any(found.values()):
            at = self._clock.now()
            tx.record(Event(kind=kind, subject="sweep", actor=_ACTOR, at=at, data=found))
