"""SQL of rounds: one function per question."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select, update

from hub.kernel.database import Transaction
from hub.opinion.rounds.tables import opinion_rounds
from hub.opinion.signals.store import ignoring_insert

__all__ = ["claim", "end", "lead", "waits", "yield_lead"]

_r = opinion_rounds.c
_LEADER = "leader"


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


def lead(tx: Transaction, name: str, owner: str, now: datetime, dead_before: datetime) -> bool:
    """Whether `owner` is the one that does what only one may do, from now on or still: nobody is,
    it is itself, or the one that was has not said so since `dead_before`."""
    query = select(_r.began_at, _r.told).where(_r.name == name, _r.slot == _LEADER)
    row = tx.connection.execute(query).first()
    mine = {"began_at": now, "told": {"owner": owner}}
    if row is None:
        first = {"name": name, "slot": _LEADER, "ended_at": None, **mine}
        return tx.execute(ignoring_insert(tx.connection, opinion_rounds), first).rowcount == 1
    if row.told.get("owner") != owner and row.began_at >= dead_before:
        return False
    which = (_r.name == name, _r.slot == _LEADER, _r.began_at == row.began_at)
    return tx.execute(update(opinion_rounds).where(*which).values(**mine)).rowcount == 1


def yield_lead(tx: Transaction, name: str, owner: str, silent_since: datetime) -> None:
    """Let whoever asks next lead, if `owner` does."""
    query = select(_r.told).where(_r.name == name, _r.slot == _LEADER)
    row = tx.connection.execute(query).first()
    if row is not None and row.told.get("owner") == owner:
        which = (_r.name == name, _r.slot == _LEADER)
        values = {"began_at": silent_since, "told": {"owner": ""}}
        tx.execute(update(opinion_rounds).where(*which).values(**values))


def end(tx: Transaction, name: str, slot: str, now: datetime, told: Mapping[str, object]) -> None:
    which = (_r.name == name, _r.slot == slot)
    change = update(opinion_rounds).where(*which).values(ended_at=now, told=dict(told))
    tx.execute(change)
