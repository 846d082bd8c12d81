"""What happened: events in the past tense, kept in a hash chain beside the change they explain.

Every event carries the SHA-256 of its predecessor, so an altered, removed or inserted row breaks
the chain at a known number. Cutting off the tail leaves a valid chain; whoever needs proof against
that keeps the head that `gongkai audit export` prints. Cutting off the beginning breaks it, unless
an event of the chain says where it begins since its older part went into an archive.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    union_all,
)

from hub.kernel.columns import GROWING, metadata
from hub.kernel.errors import GongkaiError, Words

__all__ = [
    "CHAIN_PRUNED",
    "GENESIS",
    "BrokenChain",
    "Event",
    "Kind",
    "Link",
    "SealedEvent",
    "append_events",
    "audit_events",
    "chain_start",
    "check_link",
    "first_since",
    "hash_at",
    "read_events",
    "read_events_of",
    "seal_event",
    "time_at",
    "verify_chain",
    "verify_next",
]

GENESIS = "0" * 64
_NAME_LENGTH = 64
_CHAIN_LOCK = 0x676F6E67  # any constant: PostgreSQL's advisory lock that keeps the chain one line


@dataclass(frozen=True, slots=True)
class Kind:
    """The name of something that happens, `area.thing.verbed`, and the sentence people read."""

    name: str
    words: Words


CHAIN_PRUNED = Kind(
    "kernel.audit.pruned",
    Words("审计链的起点移至归档之后", "the audit chain begins after its archives"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. `actor` is a person's login or `system:<part>`."""

    kind: Kind
    subject: str
    actor: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SealedEvent:
    """An event in the form the chain keeps; `body` is the canonical JSON that is hashed."""

    kind: str
    subject: str
    actor: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An event as the table has it."""

    seq: int
    kind: str
    subject: str
    actor: str
    body: str
    previous: str
    hash: str


class BrokenChain(GongkaiError):
    code = "broken-chain"

    def __init__(self, seq: int, why: Words) -> None:
        super().__init__(why, field=f"audit_events.seq={seq}")
        self.seq = seq


def _digest(seq: int, previous: str, body: str) -> str:
    return hashlib.sha256(f"{seq}\n{previous}\n{body}".encode()).hexdigest()


audit_events = Table(
    "audit_events",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(_NAME_LENGTH), nullable=False),
    Column("subject", String(_NAME_LENGTH), nullable=False),
    Column("actor", String(_NAME_LENGTH), nullable=False),
    Column("body", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_events_subject", "subject", "seq"),
    Index("ix_audit_events_kind", "kind", "seq"),
    Index("ix_audit_events_actor", "actor", "seq"),
    postgresql_with=GROWING,
)

# made once: every commit runs them, and making them took longer than running them
_LOCK = select(func.pg_advisory_xact_lock(_CHAIN_LOCK))
_HEAD = select(audit_events.c.seq, audit_events.c.hash).order_by(audit_events.c.seq.desc()).limit(1)
_APPEND = insert(audit_events)


def seal_event(event: Event, means: str = "") -> SealedEvent:
    """Turn `event` into canonical JSON: keys sorted, UTF-8, time in ISO 8601 with offset; with the
    `means` by which its actor acted, where that was a program.

    Raises ValueError or TypeError for what the table could not take. That must happen in the
    work that records it: in a grouped commit it would take every other work down with it.
    """
    kind = event.kind.name
    if not 0 < len(kind) <= _NAME_LENGTH or not 0 < len(event.subject) <= _NAME_LENGTH:
        raise ValueError(f"kind and subject need 1 to {_NAME_LENGTH} characters: {kind}")
    if "\0" in event.subject or event.at.utcoffset() is None:
        raise ValueError(f"subject has a NUL or the time has no offset: {kind}")
    row: dict[str, Any] = {
        "actor": event.actor,
        "at": event.at.isoformat(),
        "data": event.data,
        "kind": kind,
        "subject": event.subject,
    }
    if means:
        row["means"] = means
    body = msgspec.json.encode(row, order="sorted").decode()
    return SealedEvent(kind, event.subject, _indexed(event.actor), body)


def append_events(connection: Connection, events: Sequence[SealedEvent]) -> None:
    """Add `events` to the end of the chain; call it last in a transaction.

    On PostgreSQL it takes a transaction-level advisory lock, so that two processes never hang
    their events on the same predecessor.
    """
    if not events:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK)
    seq, previous = chain_head(connection)
    rows = []
    for event in events:
        seq += 1
        digest = _digest(seq, previous, event.body)
        rows.append(
            {
                "seq": seq,
                "kind": event.kind,
                "subject": event.subject,
                "actor": event.actor,
                "body": event.body,
                "previous": previous,
                "hash": digest,
            }
        )
        previous = digest
    connection.execute(_APPEND, rows)


def chain_head(connection: Connection) -> tuple[int, str]:
    """The number and hash of the newest event; (0, GENESIS) for an empty chain."""
    row = connection.execute(_HEAD).first()
    return (0, GENESIS) if row is None else (row.seq, row.hash)


def chain_start(connection: Connection) -> tuple[int, str]:
    """The number and hash that the oldest event follows on: (0, GENESIS), unless older ones were
    archived and removed. The newest event that says so is part of the chain it is about."""
    query = select(audit_events.c.body).where(audit_events.c.kind == CHAIN_PRUNED.name)
    newest = query.order_by(audit_events.c.seq.desc()).limit(1)
    body = connection.execute(newest).scalar()
    if body is None:
        return 0, GENESIS
    data = msgspec.json.decode(body)["data"]
    return data["seq"], data["hash"]


def hash_at(connection: Connection, seq: int) -> str:
    """The hash of event `seq`, also of the one the chain begins after; else empty."""
    start, digest = chain_start(connection)
    if seq == start:
        return digest
    query = select(audit_events.c.hash).where(audit_events.c.seq == seq)
    return connection.execute(query).scalar() or ""


def time_at(connection: Connection, seq: int) -> datetime | None:
    """When event `seq` happened, or the first one after it; None where there is none."""
    query = select(audit_events.c.body).where(audit_events.c.seq >= seq)
    body = connection.execute(query.order_by(audit_events.c.seq).limit(1)).scalar()
    return None if body is None else datetime.fromisoformat(msgspec.json.decode(body)["at"])


def first_since(connection: Connection, at: datetime) -> int:
    """The number of the first event that happened at `at` or later, or one more than there are.

    Numbers follow time, so halving finds it with a few looks by the key. What several processes
    wrote within one moment may stand in either order.
    """
    low, high = chain_start(connection)[0] + 1, chain_head(connection)[0] + 1
    while low < high:
        middle = (low + high) // 2
        happened = time_at(connection, middle)
        if happened is not None and happened < at:
            low = middle + 1
        else:
            high = middle
    return low


def read_events(
    connection: Connection,
    *,
    after: int = 0,
    subject: str = "",
    kinds: Collection[str] = (),
    limit: int = 10_000,
) -> list[dict[str, Any]]:
    """Events numbered above `after`, oldest first: seq, hash, previous and the body's fields.

    With `kinds`, only events of those names.
    """
    query = select(audit_events).where(audit_events.c.seq > after)
    if kinds:
        query = query.where(audit_events.c.kind.in_(kinds))
    if subject:
        query = query.where(audit_events.c.subject == subject)
    return _told(connection.execute(query.order_by(audit_events.c.seq).limit(limit)))


def read_events_of(
    connection: Connection, kinds: Sequence[str], *, after: int, limit: int
) -> list[dict[str, Any]]:
    """As `read_events`, for a few rare kinds among very many events.

    Each kind is one look into the index by kind: the millions of others cost nothing.
    """
    ranges = [
        select(audit_events)
        .where(audit_events.c.kind == kind, audit_events.c.seq > after)
        .order_by(audit_events.c.seq)
        .limit(limit)
        .subquery()
        for kind in dict.fromkeys(kinds)
    ]
    if not ranges:
        return []
    merged = union_all(*(select(one) for one in ranges)).subquery()
    return _told(connection.execute(select(merged).order_by(merged.c.seq).limit(limit)))


def _indexed(actor: str) -> str:
    """An actor as the index has it: what was typed as a login may be longer, or hold a NUL."""
    return actor.replace("\0", "")[:_NAME_LENGTH]


def _told(rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [
        {"seq": r.seq, "hash": r.hash, "previous": r.previous, **msgspec.json.decode(r.body)}
        for r in rows
    ]


def verify_chain(connection: Connection, batch: int = 10_000) -> Iterator[int]:
    """Walk the whole chain, yielding the number verified so far; raises BrokenChain at a fault."""
    seq, previous = chain_start(connection)
    while True:
        found = verify_next(connection, seq, previous, batch)
        if found == (seq, previous):
            return
        seq, previous = found
        yield seq


def verify_next(connection: Connection, seq: int, digest: str, batch: int) -> tuple[int, str]:
    """The number and hash of the last of the `batch` events after `seq`, whose hash is `digest`,
    once each of them is sure; the same again at the end. Raises BrokenChain at a fault."""
    query = select(audit_events).where(audit_events.c.seq > seq)
    for row in connection.execute(query.order_by(audit_events.c.seq).limit(batch)):
        check_link(row, seq + 1, digest)
        seq, digest = row.seq, row.hash
    return seq, digest


def check_link(row: Any, expected: int, previous: str) -> None:
    """Raise BrokenChain unless `row`, a Link or what has its fields, is event `expected`, follows
    on the hash `previous`, and says in its columns what its body says."""
    if row.seq != expected:
        raise BrokenChain(expected, Words("缺少一条审计记录", "an event is missing"))
    if row.previous != previous or row.hash != _digest(row.seq, previous, row.body):
        raise BrokenChain(row.seq, Words("审计记录被改动", "an event was altered"))
    body = msgspec.json.decode(row.body)
    columns = (row.kind, row.subject, row.actor)
    if (body["kind"], body["subject"], _indexed(body["actor"])) != columns:
        raise BrokenChain(row.seq, Words("审计索引与正文不符", "index columns and body disagree"))
