"""What a process learnt about a platform, told to the others, to its next life, and to people.

Breakers and pauses are decided in memory, for they are asked about with every delivery; once a
second what changed is written to the database, and what is there is learnt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import structlog

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event
from hub.kernel.meter import Meter
from hub.publishing import events
from hub.publishing.restraint import store
from hub.publishing.restraint.models import Key, OpenBreaker
from scheduler.breaker import Breaker
from scheduler.limits import Limiter

__all__ = ["Sharing"]

_log = structlog.get_logger(__name__)
_ACTOR = "system:breaker"


class Sharing:
    """One recurring job over the breakers and pauses of this process.

    `on_ready` is called when deliveries became ready because a breaker closed.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        meter: Meter,
        breaker: Breaker,
        limiter: Limiter,
        on_ready: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._meter = meter
        self._breaker = breaker
        self._limiter = limiter
        self._on_ready = on_ready

    async def look(self) -> None:
        """Write down what changed here, then learn what is written down."""
        await self._tell_breakers()
        await self._tell_pauses()
        now = self._clock.now()
        known, pauses = await self._database.read(
            lambda c: (store.open_breakers(c), store.known_pauses(c, now))
        )
        if gone := self._breaker.learn(known):
            await self._let_go(gone)
        self._limiter.learn(pauses)
        self._breaker.forget_old()
        self._meter.show_breakers(self._breaker.count_open())

    async def _tell_breakers(self) -> None:
        opened, closed = self._breaker.changes()
        if not opened and not closed:
            return
        now = self._clock.now()
        try:
            ready = await self._database.write(lambda tx: self._write(tx, opened, closed, now))
        except Exception:
            self._breaker.take_back(opened, closed)
            raise
        for one in opened:
            _log.warning("breaker.open", **_shown(one))
        for scope, channel, subject in closed:
            _log.info("breaker.closed", scope=scope, channel=channel, subject=subject)
        if ready:
            self._on_ready()

    def _write(
        self, tx: Transaction, opened: Sequence[OpenBreaker], closed: Sequence[Key], now: datetime
    ) -> int:
        store.save_breakers(tx, opened)
        for one in opened:
            tx.record(_event(events.BREAKER_OPENED, one.key, now, _shown(one)))
        ready = 0
        for key in closed:
            # whether written down or not: deliveries may wait for what opened and closed at once
            found = store.close_breakers(tx, [key])
            released = store.release_waiting(tx, key, now)
            ready += released
            if found or released:
                data = {"scope": key[0], "subject": key[2], "released": released}
                tx.record(_event(events.BREAKER_CLOSED, key, now, data))
        return ready

    async def _let_go(self, gone: Sequence[Key]) -> None:
        """What was claimed here between the end of a breaker and our learning of it was put back
        as waiting for it: nobody else would let that go."""
        now = self._clock.now()

        def work(tx: Transaction) -> int:
            still = {one.key for one in store.open_breakers(tx.connection)}
            ready = 0
            for key in (one for one in gone if one not in still):
                if released := store.release_waiting(tx, key, now):
                    data = {"scope": key[0], "subject": key[2], "released": released}
                    tx.record(_event(events.BREAKER_CLOSED, key, now, data))
                    ready += released
            return ready

        if await self._database.write(work):
            self._on_ready()

    async def _tell_pauses(self) -> None:
        ends = self._limiter.untold()
        if not ends:
            return
        now = self._clock.now()

        def work(tx: Transaction) -> None:
            store.drop_old_pauses(tx, now)
            store.save_pauses(tx, ends)

        try:
            await self._database.write(work, audited=False)
        except Exception:
            self._limiter.still_untold(ends)
            raise


def _shown(one: OpenBreaker) -> dict[str, Any]:
    return {
        "scope": one.scope,
        "channel": one.channel,
        "subject": one.subject,
        "cause": one.cause,
        "probe_at": one.probe_at.isoformat(),
    }


def _event(kind: Any, key: Key, now: datetime, data: dict[str, Any]) -> Event:
    return Event(kind=kind, subject=key[1], actor=_ACTOR, at=now, data=data)
