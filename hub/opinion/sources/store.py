"""SQL of sources: one function per question."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from hub.kernel.database import Transaction
from hub.opinion.signals.models import SignalKind, Trust
from hub.opinion.sources.models import Source, SourceKind, SourceState
from hub.opinion.sources.tables import opinion_sources

__all__ = ["add_source", "change", "due", "get_source", "list_sources", "take"]

_o = opinion_sources.c


def add_source(tx: Transaction, source: Source) -> None:
    names = [name for name in Source.__dataclass_fields__ if name != "every"]
    row = {name: getattr(source, name) for name in names}
    tx.execute(
        insert(opinion_sources),
        row | {"every_seconds": int(source.every.total_seconds()), "paths": dict(source.paths)},
    )


def get_source(connection: Connection, name: str) -> Source | None:
    row = connection.execute(select(opinion_sources).where(_o.name == name)).first()
    return None if row is None else _source(row)


def list_sources(connection: Connection) -> list[Source]:
    query = select(opinion_sources).order_by(_o.name)
    return [_source(row) for row in connection.execute(query)]


def due(connection: Connection, now: datetime, limit: int) -> list[Source]:
    """Active sources whose time has come, the longest overdue first."""
    query = (
        select(opinion_sources)
        .where(_o.state == SourceState.ACTIVE, _o.next_at <= now)
        .order_by(_o.next_at, _o.id)
        .limit(limit)
    )
    return [_source(row) for row in connection.execute(query)]


def take(tx: Transaction, source: Source, until: datetime) -> bool:
    """Reserve a due source: it is due again at `until`. False where another process has it."""
    which = (_o.id == source.id, _o.next_at == source.next_at, _o.state == SourceState.ACTIVE)
    change = update(opinion_sources).where(*which).values(next_at=until)
    return tx.execute(change).rowcount == 1


def change(tx: Transaction, source: Source, **values: Any) -> bool:
    """Alter a source; False where it is gone."""
    return tx.execute(
        update(opinion_sources).where(_o.id == source.id).values(**values)
    ).rowcount == 1  # fmt: skip


def _source(row: Row[Any]) -> Source:
    values = dict(row._mapping)
    every = timedelta(seconds=values.pop("every_seconds"))
    typed = {
        "kind": SourceKind(values["kind"]),
        "signal_kind": SignalKind(values["signal_kind"]),
        "trust": Trust(values["trust"]),
        "state": SourceState(values["state"]),
    }
    return Source(**values | typed, every=every)
