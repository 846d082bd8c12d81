"""SQL over requests that may be sent again: one function per question."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.kernel.database import Transaction
from hub.organisations.tokens.repeats.models import Answered, Request
from hub.organisations.tokens.repeats.tables import token_requests

__all__ = ["add", "find", "forget", "keep", "purge"]

_r = token_requests.c


def find(connection: Connection, token_id: str, key: str, since: datetime) -> Answered | None:
    """What is kept of a key, unless it is older than `since`."""
    query = select(token_requests).where(_r.token_id == token_id, _r.key == key, _r.at >= since)
    row = connection.execute(query).first()
    if row is None:
        return None
    request = Request(token_id=row.token_id, key=row.key, digest=row.digest)
    return Answered(request=request, at=row.at, status=row.status, kind=row.kind, answer=row.answer)


def forget(tx: Transaction, request: Request, before: datetime) -> None:
    """Take away what is kept of a key from before its time was over."""
    own = (_r.token_id == request.token_id, _r.key == request.key)
    tx.execute(delete(token_requests).where(*own, _r.at < before))


def add(tx: Transaction, request: Request, at: datetime) -> bool:
    """Whether nobody else was quicker."""
    on_postgres = tx.connection.dialect.name == "postgresql"
    insert = postgresql.insert if on_postgres else sqlite.insert
    new = insert(token_requests).values(
        token_id=request.token_id,
        key=request.key,
        digest=request.digest,
        at=at,
        status=0,
        kind="",
        answer=b"",
    )
    return tx.execute(new.on_conflict_do_nothing()).rowcount == 1


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
