"""Reads public posts again: after an hour, after a day, then daily, and tells what has changed.

A post may be cut short, removed by a review that comes later, or altered by somebody. The first
reading, by the reconciler, is what everything later is told beside.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.kernel.database import Transaction
from hub.kernel.events import Event
from hub.publishing import events
from hub.publishing import store as ledger_store
from hub.publishing.afterwards import store
from hub.publishing.afterwards.models import Discovery, Watch, discovered, next_reading
from hub.publishing.models import DeliveryState
from hub.publishing.ports import Finding, Outlet
from scheduler.job import LeasedJob
from scheduler.watching import Asked, Rounds, settle

__all__ = ["Rereading"]

_ACTOR = "system:rereading"
_AGAIN = timedelta(minutes=30)
_PUBLIC = (DeliveryState.ACCEPTED, DeliveryState.VERIFIED)
_REASON = {Discovery.SAME: "", Discovery.UNSURE: None}


class Rereading:
    """One recurring job; `days` is for how many days a post is read again, 0: never."""

    def __init__(self, rounds: Rounds, days: int) -> None:
        self._rounds = rounds
        self._days = days

    async def look(self) -> int:
        """Read every post whose turn it is; how many were read."""
        asked = await self._rounds.ask(store.READ, self._following, _verify)
        if asked:
            await self._rounds.database.write(lambda tx: self._record(tx, asked))
        return len(asked)

    def _following(self, watch: Watch) -> datetime | None:
        return next_reading(watch.since, watch.readings + 1, self._days)

    def _record(self, tx: Transaction, asked: list[Asked[Finding]]) -> None:
        now = self._rounds.clock.now()
        settle(tx, asked, store.READ, self._following, now + _AGAIN)
        changed = [row for one in asked if (row := _noted(tx, one, now)) is not None]
        data = {"read": len(asked), "changed": changed}
        kind = events.FOUND_CHANGED if changed else events.VERIFIED
        tx.record(Event(kind=kind, subject="rereading", actor=_ACTOR, at=now, data=data))


def _noted(tx: Transaction, one: Asked[Finding], now: datetime) -> list[str] | None:
    """Write one reading down; what changed, for the audit: delivery, before, now."""
    found = discovered(one.answer) if one.answer is not None else None
    if found is None or one.answer is None:
        return None
    delivery = one.prepared.delivery
    store.note(tx, delivery.id, found, one.answer.detail, now)
    reason = _REASON.get(found, found.value)
    if reason is None or delivery.reason == reason:
        return None
    ledger_store.change_deliveries(tx, _PUBLIC, ids=(delivery.id,), values={"reason": reason})
    return [delivery.id, delivery.reason, reason]


async def _verify(outlet: Outlet, job: LeasedJob) -> Finding:
    return await outlet.verify(job)
