"""SQL over delegations: one function per question."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, insert, select, update

from hub.kernel.database import Transaction
from hub.kernel.errors import NotFound, Words
from hub.organisations.models import Role
from hub.organisations.store import subtree
from hub.organisations.tables import bodies, people, roles
from hub.review.delegation.models import Delegation
from hub.review.delegation.tables import delegations

__all__ = [
    "add_delegation",
    "bodies_delegated_to",
    "delegations_of",
    "get_delegation",
    "has_standing",
    "list_delegations",
    "overlapping",
    "revoke",
]

_d = delegations.c


def add_delegation(tx: Transaction, delegation: Delegation) -> None:
    values = {f.name: getattr(delegation, f.name) for f in fields(delegation)}
    tx.execute(insert(delegations).values(**values | {"role": delegation.role.value}))


def get_delegation(connection: Connection, delegation_id: str) -> Delegation:
    """Raises NotFound."""
    row = connection.execute(select(delegations).where(_d.id == delegation_id)).first()
    if row is None:
        raise NotFound(
            Words(f"没有授权 {delegation_id}", f"no delegation {delegation_id}"),
            field="delegation",
            remedy=Words("用 gongkai review absences 查看", "see gongkai review absences"),
        )
    return _read(row)


def delegations_of(
    connection: Connection, to_id: str, body_id: str, role: Role, at: datetime
) -> list[Delegation]:
    """What lets `to_id` act as `role` in the body at `at`: delegators who still hold that role and
    still work here, the oldest delegation first."""
    query = (
        select(delegations)
        .join(people, people.c.id == _d.from_id)
        .where(_d.to_id == to_id, _d.body_id == body_id, _d.role == role.value, *_in_force(at))
        .order_by(_d.id)
    )
    return [_read(row) for row in connection.execute(query)]


def bodies_delegated_to(
    connection: Connection, to_id: str, at: datetime
) -> dict[str, frozenset[Role]]:
    """Which roles `to_id` may use for somebody at `at`, by the body's id."""
    query = (
        select(_d.body_id, _d.role)
        .join(people, people.c.id == _d.from_id)
        .where(_d.to_id == to_id, *_in_force(at))
    )
    found: dict[str, set[Role]] = {}
    for row in connection.execute(query):
        found.setdefault(row.body_id, set()).add(Role(row.role))
    return {body_id: frozenset(held) for body_id, held in found.items()}


def _in_force(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """It runs at `at`, and whoever gave it still works here and still has what they gave."""
    still = exists().where(
        roles.c.person_id == _d.from_id, roles.c.body_id == _d.body_id, roles.c.role == _d.role
    )
    return (
        _d.revoked_at.is_(None),
        _d.valid_from <= at,
        _d.valid_until > at,
        people.c.active.is_(True),
        still,
    )


def overlapping(connection: Connection, wanted: Delegation) -> Delegation | None:
    """A delegation of the same role by the same person that holds at some moment of `wanted`."""
    query = select(delegations).where(
        _d.from_id == wanted.from_id,
        _d.body_id == wanted.body_id,
        _d.role == wanted.role.value,
        _d.revoked_at.is_(None),
        _d.valid_from < wanted.valid_until,
        _d.valid_until > wanted.valid_from,
    )
    row = connection.execute(query.order_by(_d.id).limit(1)).first()
    return None if row is None else _read(row)


def has_standing(connection: Connection, person_id: str, body_id: str) -> bool:
    """Whether the person holds any role in the body, in one above it or in one below it."""
    held = set(
        connection.execute(select(roles.c.body_id).where(roles.c.person_id == person_id)).scalars()
    )
    below = set(
        connection.execute(select(bodies.c.id).where(bodies.c.id.in_(subtree(body_id)))).scalars()
    )
    if held & below:
        return True
    return any(
        connection.execute(
            select(bodies.c.id).where(bodies.c.id == body_id, bodies.c.id.in_(subtree(above)))
        ).first()
        for above in held
    )


def list_delegations(
    connection: Connection, at: datetime, *, body_id: str = "", limit: int = 200
) -> list[tuple[Delegation, str, str, str]]:
    """What holds at `at` or later, with the delegator's and delegate's names and the body's."""
    away, acting = people.alias("away"), people.alias("acting")
    query = (
        select(
            delegations,
            away.c.name.label("away_name"),
            acting.c.name.label("acting_name"),
            bodies.c.name.label("body_name"),
        )
        .join(away, away.c.id == _d.from_id)
        .join(acting, acting.c.id == _d.to_id)
        .join(bodies, bodies.c.id == _d.body_id)
        .where(_d.revoked_at.is_(None), _d.valid_until > at)
        .order_by(_d.valid_from, _d.id)
        .limit(limit)
    )
    if body_id:
        query = query.where(_d.body_id.in_(subtree(body_id)))
    return [
        (_read(row), row.away_name, row.acting_name, row.body_name)
        for row in connection.execute(query)
    ]


def revoke(tx: Transaction, delegation_id: str, by: str, at: datetime) -> bool:
    """False when it was revoked before."""
    change = update(delegations).where(_d.id == delegation_id, _d.revoked_at.is_(None))
    return tx.execute(change.values(revoked_at=at, revoked_by=by)).rowcount == 1


def _read(row: Row[Any]) -> Delegation:
    values = {f.name: getattr(row, f.name) for f in fields(Delegation)}
    return Delegation(**values | {"role": Role(row.role)})
