"""SQL over linked identities: one function per question."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import Connection, delete, insert, select

from hub.kernel.database import Transaction
from hub.organisations.identities.models import Identity
from hub.organisations.identities.tables import person_identities

__all__ = ["add_identity", "delete_identity", "identities_of", "identity_of"]

_i = person_identities.c


def identity_of(connection: Connection, issuer: str, subject: str) -> Identity | None:
    query = select(person_identities).where(_i.issuer == issuer, _i.subject == subject)
    row = connection.execute(query).first()
    return None if row is None else Identity(**row._asdict())


def identities_of(connection: Connection, person_id: str) -> list[Identity]:
    query = select(person_identities).where(_i.person_id == person_id)
    rows = connection.execute(query.order_by(_i.issuer, _i.subject))
    return [Identity(**row._asdict()) for row in rows]


def add_identity(tx: Transaction, identity: Identity) -> None:
    values = {f.name: getattr(identity, f.name) for f in fields(identity)}
    tx.execute(insert(person_identities).values(**values))


def delete_identity(tx: Transaction, issuer: str, subject: str) -> bool:
    """Whether it was there."""
    change = delete(person_identities).where(_i.issuer == issuer, _i.subject == subject)
    return tx.execute(change).rowcount > 0
