"""Signals judged without a model: what a test says they are."""

from __future__ import annotations

from typing import Any

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database, Transaction
from hub.opinion.judging import store
from hub.opinion.signals import store as collected
from hub.opinion.signals.models import Signal, SignalEvent

__all__ = ["judged_as"]

_USUAL = {
    "intent": "complaint",
    "topic": "城乡建设",
    "department": "住房和城乡建设",
    "urgency": "ordinary",
    "mood": "negative",
    "place": "",
    "confidence": 0.9,
    "band": "automatic",
    "detail": {},
    "model": "test",
}


async def judged_as(database: Database, clock: ManualClock, **values: Any) -> int:
    """Judge everything that waits the same way; how many. A value may be a function of the
    signal."""

    def judge(tx: Transaction) -> int:
        waiting = collected.waiting(tx.connection, 10_000)
        rows = [_row(one, values) | {"judged_at": clock.now()} for one in waiting]
        store.put_judgements(tx, rows)
        return collected.mark(tx, [one.id for one in waiting], SignalEvent.JUDGED)

    return await database.write(judge, audited=False)


def _row(signal: Signal, values: dict[str, Any]) -> dict[str, Any]:
    told = {name: value(signal) if callable(value) else value for name, value in values.items()}
    return {**_USUAL, "signal_id": signal.id, **told}
