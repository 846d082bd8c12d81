"""Follows what citizens write, behind their answers: every message with words becomes a signal.

The audit chain says in the order of commits which messages came to their end and whose words were
deleted. How far it was followed is written behind the signals: a process that is killed between
the two hands the same messages in again, which adds nothing. What is deleted is deleted here too,
by what still stands among the messages, so it does not matter how often that is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

import structlog

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event
from hub.opinion import events
from hub.opinion.listening import store
from hub.opinion.listening.models import Erased, Step
from hub.opinion.listening.rules import external_id_of, signal_of
from hub.opinion.signals.service import SignalService

__all__ = ["Listening"]

_log = structlog.get_logger(__name__)
_STEPS = 50  # events read at once; one names 512 messages at most
_MOST = 2_000  # messages of one look: what is more waits, so that answering keeps the processor
_LEASE = timedelta(minutes=1)
_ACTOR = "system:listening"


class Listening:
    """One process at a time follows; the others find the cursor taken."""

    def __init__(self, database: Database, clock: Clock, signals: SignalService) -> None:
        self._database = database
        self._clock = clock
        self._signals = signals

    async def follow(self) -> int:
        """Make signals of the messages that came to their end since the last look, about 2,000 at
        most; how many are new. Meant to be called every few seconds."""
        now = self._clock.now()
        position = await self._database.write(
            lambda tx: store.claim(tx, now, now + _LEASE), audited=False
        )
        if position is None:
            return 0
        added = taken = 0
        more = True
        while more:
            start = position
            steps = await self._database.read(lambda c, p=start: store.steps(c, p, _STEPS))  # type: ignore[misc]
            added += await self._take(steps)
            taken += sum(len(step.ended) for step in steps)
            position = steps[-1].seq if steps else start
            more = bool(steps) and taken < _MOST
            if not await self._reached(start, position, resting=not more):
                break
        return added

    async def _reached(self, was: int, position: int, *, resting: bool) -> bool:
        """Write down how far it is; False where another process took over, after a long stop."""
        until = self._clock.now() + (timedelta() if resting else _LEASE)
        return await self._database.write(
            lambda tx: store.keep(tx, was, position, until), audited=False
        )

    async def _take(self, steps: Sequence[Step]) -> int:
        """What stands between two deletions is collected together."""
        added = 0
        for deleting, run in groupby(steps, key=lambda step: step.erased is not None):
            if deleting:
                for step in run:
                    if step.erased:
                        await self._erase(step.erased)
            else:
                ids = dict.fromkeys(one for step in run for one in step.ended)
                added += await self._collect(list(ids))
        return added

    async def _collect(self, ids: Sequence[str]) -> int:
        found = await self._database.read(lambda c: store.heard(c, ids))
        new = [signal for signal in map(signal_of, found) if signal is not None]
        return sum(one.added for one in await self._signals.collect(new, actor=_ACTOR))

    async def _erase(self, erased: Erased) -> None:
        """Delete the words of signals whose messages have none any more (PIPL article 47)."""
        account, sender = erased.account, erased.sender
        channel = await self._database.read(lambda c: store.channel_of(c, account))
        author = await self._signals.pseudonym(channel, sender)
        now = self._clock.now()

        def work(tx: Transaction) -> int:
            kept = {external_id_of(one) for one in store.standing(tx.connection, account, sender)}
            said = store.spoken(tx.connection, author, erased.at)
            gone = [signal_id for name, signal_id in said.items() if name not in kept]
            if gone:
                store.erase(tx, gone, author)
                kind, data = events.SIGNALS_ERASED, {"signals": len(gone)}
                tx.record(Event(kind=kind, subject="signals", actor=_ACTOR, at=now, data=data))
            return len(gone)

        count = await self._database.write(work)
        _log.info("listening.erased", account=account, signals=count)
