"""SQL over passwords, recovery codes and sessions: one function per question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from hub.kernel.database import Transaction
from hub.organisations.models import Role
from hub.organisations.signin.models import Credential, Session, Stage
from hub.organisations.signin.tables import (
    console_sessions,
    person_credentials,
    person_recovery_codes,
)
from hub.organisations.tables import roles

__all__ = [
    "add_session",
    "change_credential",
    "change_session",
    "codes_left",
    "credential_of",
    "end_sessions",
    "put_credential",
    "replace_codes",
    "roles_by_body",
    "sealed_credentials",
    "session_by_digest",
    "session_by_id",
    "sessions_of",
    "use_code",
]

_c, _s, _r = person_credentials.c, console_sessions.c, person_recovery_codes.c


def credential_of(connection: Connection, person_id: str) -> Credential | None:
    query = select(person_credentials).where(_c.person_id == person_id)
    row = connection.execute(query).first()
    return None if row is None else Credential(**row._asdict())


def sealed_credentials(connection: Connection) -> list[tuple[str, str]]:
    """The person and the seal of everybody who has an authenticator."""
    query = select(_c.person_id, _c.sealed).where(_c.sealed != "").order_by(_c.person_id)
    return [(row.person_id, row.sealed) for row in connection.execute(query)]


def put_credential(tx: Transaction, credential: Credential) -> None:
    """Enter or replace what a person signs in with."""
    tx.execute(delete(person_credentials).where(_c.person_id == credential.person_id))
    values = {f.name: getattr(credential, f.name) for f in fields(credential)}
    tx.execute(insert(person_credentials).values(**values))


def change_credential(tx: Transaction, person_id: str, **values: object) -> None:
    change = update(person_credentials).where(_c.person_id == person_id)
    tx.execute(change.values(**values))


def replace_codes(tx: Transaction, person_id: str, digests: Iterable[str]) -> None:
    """The person's recovery codes anew; none are left with no digests."""
    tx.execute(delete(person_recovery_codes).where(_r.person_id == person_id))
    rows = [{"digest": digest, "person_id": person_id} for digest in digests]
    if rows:
        tx.execute(insert(person_recovery_codes), rows)


def use_code(tx: Transaction, digest: str, at: datetime) -> bool:
    """Whether there was such a code and nobody had used it."""
    change = update(person_recovery_codes).where(_r.digest == digest, _r.used_at.is_(None))
    return tx.execute(change.values(used_at=at)).rowcount > 0


def codes_left(connection: Connection, person_id: str) -> int:
    query = select(func.count()).where(_r.person_id == person_id, _r.used_at.is_(None))
    return connection.execute(query).scalar_one()


def add_session(tx: Transaction, session: Session) -> None:
    values = {f.name: getattr(session, f.name) for f in fields(session)}
    tx.execute(insert(console_sessions).values(**values | {"stage": session.stage.value}))


def session_by_digest(connection: Connection, digest: str) -> Session | None:
    row = connection.execute(select(console_sessions).where(_s.digest == digest)).first()
    return None if row is None else _session(row)


def session_by_id(connection: Connection, session_id: str) -> Session | None:
    row = connection.execute(select(console_sessions).where(_s.id == session_id)).first()
    return None if row is None else _session(row)


def sessions_of(connection: Connection, person_id: str, now: datetime) -> list[Session]:
    """Those that have not ended, newest first."""
    query = select(console_sessions).where(
        _s.person_id == person_id, _s.ended_at.is_(None), _s.expires_at > now
    )
    return [_session(row) for row in connection.execute(query.order_by(_s.id.desc()))]


def change_session(tx: Transaction, session_id: str, **values: object) -> bool:
    """Whether it was still there to be changed."""
    change = update(console_sessions).where(_s.id == session_id, _s.ended_at.is_(None))
    return tx.execute(change.values(**values)).rowcount > 0


def end_sessions(tx: Transaction, person_id: str, at: datetime, *, but: str = "") -> int:
    """End every session of a person, but one; how many that were."""
    change = update(console_sessions).where(
        _s.person_id == person_id, _s.ended_at.is_(None), _s.id != but
    )
    return tx.execute(change.values(ended_at=at)).rowcount


def roles_by_body(connection: Connection, person_id: str) -> dict[str, frozenset[Role]]:
    """What the person may do where, by the body's id."""
    found: dict[str, set[Role]] = {}
    query = select(roles.c.body_id, roles.c.role).where(roles.c.person_id == person_id)
    for row in connection.execute(query):
        found.setdefault(row.body_id, set()).add(Role(row.role))
    return {body_id: frozenset(held) for body_id, held in found.items()}


def _session(row: Row[Any]) -> Session:
    values = row._asdict()
    return Session(**values | {"stage": Stage(values["stage"])})
