"""SQL over who holds what where: one function per question."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from sqlalchemy import Connection, Select, bindparam, func, or_, select

from hub.kernel.packing import PackedQuery
from hub.organisations.models import Role
from hub.organisations.tables import bodies, people, roles

__all__ = ["bodies_where", "bodies_with_a_role", "bodies_within_reach", "holders"]


def bodies_with_a_role(connection: Connection, person_id: str) -> frozenset[str]:
    """The bodies in which the person holds any role."""
    query = select(roles.c.body_id).where(roles.c.person_id == person_id)
    return frozenset(connection.execute(query).scalars())


@dataclass(frozen=True, slots=True)
class _Within:
    id: str


def _reach() -> Select[tuple[str]]:
    """The bodies of a person's roles and all below them; made once, for every page asks it."""
    held = select(roles.c.body_id.label("id")).where(
        roles.c.person_id == bindparam("person"),
        roles.c.role.in_(bindparam("wanted", expanding=True)),
    )
    tree = held.cte("reach", recursive=True)
    below = select(bodies.c.id).join(tree, bodies.c.parent_id == tree.c.id)
    return select(tree.union(below).c.id)


_REACH = PackedQuery(_Within, _reach())


def bodies_within_reach(
    connection: Connection, person_id: str, wanted: Set[Role]
) -> frozenset[str]:
    """The bodies in which the person holds one of the roles `wanted`, and all below them."""
    asked = {"person": person_id, "wanted": [role.value for role in wanted]}
    return frozenset(one.id for one in _REACH.values(connection, asked))


def bodies_where(connection: Connection, person_id: str, wanted: Set[Role]) -> frozenset[str]:
    """The bodies in which the person holds one of the roles `wanted` itself."""
    named = [role.value for role in wanted]
    query = select(roles.c.body_id).where(roles.c.person_id == person_id, roles.c.role.in_(named))
    return frozenset(connection.execute(query).scalars())


def holders(connection: Connection, body_id: str, wanted: Set[Role]) -> list[str]:
    """The logins of those who work in the body in one of the roles `wanted`."""
    named = [role.value for role in wanted]
    query = (
        select(people.c.login)
        .join(roles, roles.c.person_id == people.c.id)
        .where(roles.c.body_id == body_id, roles.c.role.in_(named), people.c.active.is_(True))
        .distinct()
        .order_by(people.c.login)
    )
    return list(connection.execute(query).scalars())


def count_bodies(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(bodies)).scalar_one()


def highest_and_next(connection: Connection, among: Set[str] | None, most: int) -> list[str]:
    """Of the bodies `among` (None: all) the ids of those with none of them above, and of those
    right below these, in the order of their codes."""
    c = bodies.c
    query = select(c.id, c.parent_id)
    query = query.where(c.parent_id.is_(None) if among is None else c.id.in_(among))
    rows = connection.execute(query).all()
    highest = [row.id for row in rows if among is None or row.parent_id not in among]
    near = select(c.id).where(or_(c.id.in_(highest), c.parent_id.in_(highest)))
    return list(connection.execute(near.order_by(c.code).limit(most)).scalars())
