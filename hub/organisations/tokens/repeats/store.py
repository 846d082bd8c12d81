"""SQL over requests that may be sent again: one function per question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.kernel.database import Transaction
from hub.organisations.tokens.repeats.models import Answered, Done, Request
from hub.organisations.tokens.repeats.tables import token_requests

__all__ = ["add", "find", "forget", "keep", "note", "purge"]

_r = token_requests.c


def find(connection: Connection, token_id: str, key: str, since: datetime) -> Answered | None:
    """What is kept of a key, unless it is older than `since`."""
    query = select(token_requests).where(_r.token_id == token_id, _r.key == key, _r.at >= since)
    row = connection.execute(query).first()
    if row is None:
        return None
    return Answered(
        request=Request(token_id=row.token_id, key=row.key, digest=row.digest),
        at=row.at,
        status=row.status,
        kind=row.kind,
        answer=row.answer,
        done=msgspec.json.decode(row.done, type=tuple[Done, ...]),
        events=row.events,
    )


def forget(tx: Transaction, request: Request, before: datetime) -> None:
    """Take away what is kept of a key from before its time was over."""
    own = (_r.token_id == request.token_id, _r.key == request.key)
    tx.execute(delete(token_requests).where(*own, _r.at < before))


def add(tx: Transaction, request: Request, claim: str, at: datetime) -> bool:
    """Take the key for `claim`; whether nobody else was quicker."""
    on_postgres = tx.connection.dialect.name == "postgresql"
    insert = postgresql.insert if on_postgres else sqlite.insert
    new = insert(token_requests).values(
        token_id=request.token_id,
        key=request.key,
        digest=request.digest,
        claim=claim,
        done="[]",
        events=0,
        at=at,
        status=0,
        kind="",
        answer=b"",
    )
    if tx.execute(new.on_conflict_do_nothing()).rowcount == 1:
        return True
    held = select(_r.claim).where(_r.token_id == request.token_id, _r.key == request.key)
    return tx.connection.execute(held).scalar() == claim


def note(tx: Transaction, request: Request, done: Sequence[Done], most: int) -> None:
    """Add what the request did to what it did before, at most so many things of it."""
    own = (_r.token_id == request.token_id, _r.key == request.key)
    row = tx.connection.execute(select(_r.done, _r.events).where(*own)).one()
    before = msgspec.json.decode(row.done, type=tuple[Done, ...])
    told = msgspec.json.encode((*before, *done)[:most]).decode()
    change = update(token_requests).where(*own)
    tx.execute(change.values(done=told, events=row.events + len(done)))


def keep(tx: Transaction, request: Request, status: int, kind: str, answer: bytes) -> None:
    own = (_r.token_id == request.token_id, _r.key == request.key, _r.digest == request.digest)
    change = update(token_requests).where(*own, _r.status == 0)
    tx.execute(change.values(status=status, kind=kind, answer=answer))


def purge(tx: Transaction, before: datetime, most: int) -> int:
    """Take away at most so many from before then; how many there were."""
    old = select(_r.token_id, _r.key).where(_r.at < before).order_by(_r.at).limit(most)
    rows = [(row.token_id, row.key) for row in tx.connection.execute(old)]
    for token_id, key in rows:
        tx.execute(delete(token_requests).where(_r.token_id == token_id, _r.key == key))
    return len(rows)
