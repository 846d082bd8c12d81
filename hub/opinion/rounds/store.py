"""SQL of rounds: one function per question."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select, update

from hub.kernel.database import Transaction
from hub.opinion.rounds.tables import opinion_rounds
from hub.opinion.signals.store import ignoring_insert

__all__ = ["claim", "end", "waits"]

_r = opinion_rounds.c


def waits(connection: Connection, name: str, slot: str, dead_before: datetime) -> bool:
    """Whether nobody has begun this round, or somebody who has not ended it since then."""
    query = select(_r.began_at, _r.ended_at).where(_r.name == name, _r.slot == slot)
    row = connection.execute(query).first()
    return row is None or (row.ended_at is None and row.began_at < dead_before)


def claim(tx: Transaction, name: str, slot: str, now: datetime, dead_before: datetime) -> bool:
    """Begin a round; False where another process has."""
    row = {"name": name, "slot": slot, "began_at": now, "ended_at": None, "told": {}}
    if tx.execute(ignoring_insert(tx.connection, opinion_rounds), row).rowcount == 1:
        return True
    which = (
        _r.name == name,
        _r.slot == slot,
        _r.ended_at.is_(None),
        _r.began_at < dead_before,
    )
    change = update(opinion_rounds).where(*which).values(began_at=now)
    return tx.execute(change).rowcount == 1


def end(tx: Transaction, name: str, slot: str, now: datetime, told: Mapping[str, object]) -> None:
    which = (_r.name == name, _r.slot == slot)
    change = update(opinion_rounds).where(*which).values(ended_at=now, told=dict(told))
    tx.execute(change)
