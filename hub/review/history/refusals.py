"""A refused attempt is written down although its own transaction is taken back."""

from __future__ import annotations

from datetime import datetime

from hub.kernel.columns import storable
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import GongkaiError, Unavailable
from hub.kernel.events import Event
from hub.review import events

__all__ = ["record_refusal"]

_LONGEST = 64


async def record_refusal(
    database: Database,
    error: GongkaiError,
    *,
    attempt: str,
    subject: str,
    login: str,
    at: datetime,
) -> None:
    """Record that `login` tried `attempt` on `subject` (an item's or approval's id) in vain.

    In a transaction of its own. A database that is out of reach can record nothing.
    """
    if isinstance(error, Unavailable):
        return
    data = {
        "attempt": attempt,
        "code": error.code,
        "field": error.field,
        "zh": storable(error.words.zh),
        "en": storable(error.words.en),
    }
    event = Event(
        kind=events.REFUSED,
        subject=storable(subject).strip()[:_LONGEST] or "unknown",
        actor=storable(login)[:_LONGEST],
        at=at,
        data=data,
    )

    def work(tx: Transaction) -> None:
        tx.record(event)

    await database.write(work)
