"""Sends the alerts that are written down, one at a time, and never in publishing's way.

An alert is durable before it is sent and while it is being sent: a crash loses none, and repeats
one at most once. A service that is dead is tried again for a day, later and later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import structlog

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event
from hub.kernel.meter import Meter
from hub.publishing import events
from hub.publishing.alerts import store
from hub.publishing.incidents.models import Alert, AlertEvent
from hub.publishing.incidents.service import Incidents
from hub.publishing.incidents.store import count_open
from hub.publishing.ports import Alerter

__all__ = ["Alarm"]

_log = structlog.get_logger(__name__)
_ACTOR = "system:alarm"
_LEASE = timedelta(minutes=2)
_CALL_S = 60.0  # every alerter has its own, shorter timeout
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=1)
_GIVE_UP = timedelta(hours=24)
_REPEATS = 1
_BATCHES = 50


class Alarm:
    """Two jobs of the clock: `watch` gathers incidents, `ring` tells `alerters` (by a name that
    is no secret) what is written down for them."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        meter: Meter,
        incidents: Incidents,
        alerters: Mapping[str, Alerter],
    ) -> None:
        self._database = database
        self._clock = clock
        self._meter = meter
        self._incidents = incidents
        self._alerters = alerters

    async def watch(self) -> None:
        """Group new trouble, close what is over, and show how much there is."""
        for _ in range(_BATCHES):
            if not await self._incidents.gather():
                break
        await self._incidents.settle()
        found = await self._database.read(lambda c: (count_open(c), store.count_unsent(c)))
        self._meter.show_incidents(*found)

    async def ring(self) -> int:
        """Send every alert that is due; how many were taken."""
        if not self._alerters:
            return 0
        count = 0
        while (alert := await self._take()) is not None:
            await self._send(alert)
            count += 1
        return count

    async def _take(self) -> Alert | None:
        now = self._clock.now()
        return await self._database.write(lambda tx: store.take(tx, now, _LEASE), audited=False)

    async def _send(self, alert: Alert) -> None:
        told = set(alert.told)
        if alert.repeats <= _REPEATS:
            waiting = [name for name in self._alerters if name not in told]
            took = await asyncio.gather(*(self._tell(name, alert) for name in waiting))
            told |= {name for name, well in zip(waiting, took, strict=True) if well}
        await self._database.write(lambda tx: self._end(tx, alert, told))

    async def _tell(self, name: str, alert: Alert) -> bool:
        try:
            async with asyncio.timeout(_CALL_S):
                return await self._alerters[name].send(alert.title, alert.text)
        except Exception as error:
            # its text might hold an address, which is a secret
            _log.warning("alarm.not-told", alerter=name, error=type(error).__name__)
            return False

    def _end(self, tx: Transaction, alert: Alert, told: set[str]) -> None:
        now = self._clock.now()
        missing = sorted(set(self._alerters) - told)
        over = now - alert.created_at >= _GIVE_UP or alert.repeats > _REPEATS
        if missing and not over:
            wait = min(_FIRST_WAIT * 2 ** min(alert.tries - 1, 10), _LONGEST_WAIT)
            store.end(tx, alert, AlertEvent.PUT_OFF, told=told, next_at=now + wait)
            kind, data = events.ALERT_PUT_OFF, {"missing": missing, "tries": alert.tries}
        elif missing:
            store.end(tx, alert, AlertEvent.GIVEN_UP, told=told)
            kind, data = events.ALERT_GIVEN_UP, {"missing": missing, "tries": alert.tries}
        else:
            store.end(tx, alert, AlertEvent.SENT, told=told)
            kind, data = events.ALERT_SENT, {"incident": alert.incident_id, "kind": alert.kind}
        tx.record(Event(kind=kind, subject=alert.id, actor=_ACTOR, at=now, data=data))
