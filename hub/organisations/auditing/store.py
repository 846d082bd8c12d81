"""SQL over the audit chain as people read it: one function per question, each by an index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select

from hub.kernel.events import BrokenChain, audit_events, first_since, hash_at, verify_next
from hub.organisations.auditing.models import Row
from hub.organisations.tables import people, roles

__all__ = [
    "earlier_of",
    "event_at",
    "first_since",
    "link_holds",
    "logins_of",
    "newest",
    "next_of",
    "told",
]

_e = audit_events.c


def newest(
    connection: Connection, *, column: str, value: str, below: int, above: int, limit: int
) -> Sequence[Any]:
    """Events numbered between `above` and `below` (both left out), newest first: those with
    `value` in `column` (subject, actor or kind), or all where no column is named. As they are
    stored: `told` reads one."""
    query = select(audit_events).where(_e.seq < below, _e.seq > above)
    if column:
        query = query.where(_e[column] == value)
    return connection.execute(query.order_by(_e.seq.desc()).limit(limit)).all()


def told(stored: Any) -> Row:
    """What a stored event says."""
    said = msgspec.json.decode(stored.body)
    return {"seq": stored.seq, "hash": stored.hash, "previous": stored.previous, **said}


def event_at(connection: Connection, seq: int) -> Row | None:
    stored = connection.execute(select(audit_events).where(_e.seq == seq)).first()
    return told(stored) if stored else None


def earlier_of(connection: Connection, subject: str, seq: int, limit: int) -> list[Row]:
    """What happened to the same thing before, newest first."""
    rows = newest(connection, column="subject", value=subject, below=seq, above=0, limit=limit)
    return [told(row) for row in rows]


def next_of(connection: Connection, subject: str, seq: int) -> int:
    """The number of the next event about the same thing; 0: there is none."""
    query = select(func.min(_e.seq)).where(_e.subject == subject, _e.seq > seq)
    return connection.execute(query).scalar_one() or 0


def link_holds(connection: Connection, seq: int) -> bool:
    """Whether the event is what its hash says and follows on the one before it."""
    try:
        verify_next(connection, seq - 1, hash_at(connection, seq - 1), 1)
    except BrokenChain:
        return False
    return True


def logins_of(connection: Connection, body_ids: Iterable[str]) -> frozenset[str]:
    """Who holds a role in one of the bodies, disabled people included: what they did stays."""
    query = select(people.c.login).join(roles, roles.c.person_id == people.c.id)
    rows = connection.execute(query.where(roles.c.body_id.in_(list(body_ids))).distinct())
    return frozenset(rows.scalars())
