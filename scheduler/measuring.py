"""Takes the figures of public posts at growing intervals, where a platform offers them."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.kernel.database import Transaction
from hub.kernel.events import Event
from hub.publishing import events
from hub.publishing.afterwards import store
from hub.publishing.afterwards.models import Watch, next_measure
from hub.publishing.ports import Measured, Measuring, Outlet
from scheduler.job import LeasedJob
from scheduler.watching import Asked, Rounds, settle

__all__ = ["Measurements"]

_ACTOR = "system:measuring"
_AGAIN = timedelta(minutes=30)


class Measurements:
    """One recurring job over the posts of every outlet that can measure."""

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds

    async def look(self) -> int:
        """Take the figures of every post whose turn it is; how many were asked about."""
        asked = await self._rounds.ask(store.SAMPLE, _following, _measure)
        if asked:
            await self._rounds.database.write(lambda tx: self._record(tx, asked))
        return len(asked)

    def _record(self, tx: Transaction, asked: list[Asked[Measured]]) -> None:
        now = self._rounds.clock.now()
        settle(tx, asked, store.SAMPLE, _following, now + _AGAIN)
        taken = []
        for one in asked:
            if one.answer is not None:
                store.add_sample(tx, one.watch.delivery_id, now, one.answer)
                taken.append(one.watch.delivery_id)
        data = {"asked": len(asked), "taken": taken}
        tx.record(Event(kind=events.MEASURED, subject="measuring", actor=_ACTOR, at=now, data=data))


def _following(watch: Watch) -> datetime | None:
    return next_measure(watch.since, watch.samples + 1)


async def _measure(outlet: Outlet, job: LeasedJob) -> Measured:
    if not isinstance(outlet, Measuring):
        return Measured()
    return await outlet.measure(job)
