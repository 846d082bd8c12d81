"""SQL of signals: one function per question."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, select, text, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.kernel.database import Transaction
from hub.opinion.signals.models import (
    SIGNALS,
    Signal,
    SignalEvent,
    SignalFilter,
    SignalKind,
    SignalState,
    Trust,
)
from hub.opinion.signals.tables import (
    signal_identities,
    signal_originals,
    signals,
)

__all__ = [
    "add_signals",
    "forget",
    "get_signal",
    "identity_of",
    "keep_identities",
    "keep_originals",
    "mark",
    "original_of",
    "raise_counts",
    "signals_of",
    "waiting",
]

_s = signals.c
_CHUNK = 500  # keys per query


def ignoring_insert(connection: Connection, table: Table) -> Any:
    """An INSERT that leaves rows alone which are there already."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def add_signals(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Keep new signals, and the id that each one has, be it older; in the order of `rows`.

    Works under two processes at once: the first one's row stands.
    """
    keys = [(row["channel"], row["external_id"]) for row in rows]
    held = _ids_of(tx.connection, keys)
    new = {key: row for key, row in zip(keys, rows, strict=True) if key not in held}
    if new:
        tx.execute(ignoring_insert(tx.connection, signals), list(new.values()))
        held |= _ids_of(tx.connection, list(new))
    return [held[key] for key in keys]


def _ids_of(connection: Connection, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for start in range(0, len(keys), _CHUNK):
        part = keys[start : start + _CHUNK]
        query = select(_s.id, _s.channel, _s.external_id).where(
            tuple_(_s.channel, _s.external_id).in_(part)
        )
        found |= {(row.channel, row.external_id): row.id for row in connection.execute(query)}
    return found


def raise_counts(tx: Transaction, signal_id: str, likes: int, dislikes: int) -> bool:
    """Likes and dislikes as they are now; whether they differ from what was known."""
    differs = (_s.likes != likes) | (_s.dislikes != dislikes)
    change = update(signals).where(_s.id == signal_id, differs)
    return tx.execute(change.values(likes=likes, dislikes=dislikes)).rowcount == 1


def keep_identities(tx: Transaction, rows: Iterable[Mapping[str, Any]]) -> None:
    """Sealed identities of authors that are not known yet."""
    if found := list(rows):
        tx.execute(ignoring_insert(tx.connection, signal_identities), found)


def known_authors(connection: Connection, authors: Collection[str]) -> set[str]:
    """Those of `authors` whose identity is kept."""
    found: set[str] = set()
    wanted = sorted(authors)
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        query = select(signal_identities.c.author).where(signal_identities.c.author.in_(part))
        found.update(connection.execute(query).scalars())
    return found


def keep_originals(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        tx.execute(insert(signal_originals), rows)


def get_signal(connection: Connection, signal_id: str) -> Signal | None:
    row = connection.execute(select(signals).where(_s.id == signal_id)).first()
    return None if row is None else signal_of(row)


def signals_of(connection: Connection, wanted: SignalFilter) -> list[Signal]:
    """Signals that the filter leaves, the newest first."""
    query = select(signals)
    equal = {
        "channel": wanted.channel,
        "kind": wanted.kind,
        "body_id": wanted.body_id,
        "state": wanted.state,
        "author": wanted.author,
        "place": wanted.place,
    }
    for name, value in equal.items():
        if value:
            query = query.where(_s[name] == value)
    if wanted.since is not None:
        query = query.where(_s.event_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(_s.event_at < wanted.until)
    if wanted.before:
        query = query.where(_s.id < wanted.before)
    query = query.order_by(_s.id.desc()).limit(wanted.limit)
    return [signal_of(row) for row in connection.execute(query)]


def waiting(connection: Connection, limit: int) -> list[Signal]:
    """Signals that nobody has judged, the oldest first."""
    query = select(signals).where(text("signals.state = 'collected'")).order_by(_s.id).limit(limit)
    return [signal_of(row) for row in connection.execute(query)]


def mark(tx: Transaction, ids: Sequence[str], event: SignalEvent) -> int:
    """Take signals to where `event` leads; how many stood where it applies."""
    changed = 0
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        which = (_s.id.in_(part), _s.state.in_(SIGNALS.sources(event)))
        change = update(signals).where(*which).values(state=SIGNALS.target(event))
        changed += tx.execute(change).rowcount
    return changed


def signal_of(row: Row[Any]) -> Signal:
    values = {name: row._mapping[name] for name in Signal.__dataclass_fields__}
    typed = {
        "kind": SignalKind(values["kind"]),
        "trust": Trust(values["trust"]),
        "state": SignalState(values["state"]),
    }
    return Signal(**values | typed)


def identity_of(connection: Connection, author: str) -> str:
    """The sealed identity of a pseudonym; empty where none is kept."""
    query = select(signal_identities.c.sealed).where(signal_identities.c.author == author)
    return connection.execute(query).scalar() or ""


def original_of(connection: Connection, signal_id: str) -> str:
    """The sealed text before masking; empty where masking removed nothing or it is deleted."""
    query = select(signal_originals.c.sealed).where(signal_originals.c.signal_id == signal_id)
    return connection.execute(query).scalar() or ""


def forget(tx: Transaction, kept_before: datetime) -> tuple[int, int]:
    """Delete identities and originals kept before then; how many of each."""
    counts = []
    for table in (signal_identities, signal_originals):
        counts.append(tx.execute(delete(table).where(table.c.kept_at < kept_before)).rowcount)
    return counts[0], counts[1]
