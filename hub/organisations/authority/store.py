"""SQL over who holds what where: one function per question."""

from __future__ import annotations

from collections.abc import Set

from sqlalchemy import Connection, select

from hub.organisations.models import Role
from hub.organisations.tables import bodies, roles

__all__ = ["bodies_with_a_role", "bodies_within_reach"]


def bodies_with_a_role(connection: Connection, person_id: str) -> frozenset[str]:
    """The bodies in which the person holds any role."""
    query = select(roles.c.body_id).where(roles.c.person_id == person_id)
    return frozenset(connection.execute(query).scalars())


def bodies_within_reach(
    connection: Connection, person_id: str, wanted: Set[Role]
) -> frozenset[str]:
    """The bodies in which the person holds one of the roles `wanted`, and all below them."""
    named = [role.value for role in wanted]
    held = select(roles.c.body_id.label("id")).where(
        roles.c.person_id == person_id, roles.c.role.in_(named)
    )
    tree = held.cte("reach", recursive=True)
    below = select(bodies.c.id).join(tree, bodies.c.parent_id == tree.c.id)
    return frozenset(connection.execute(select(tree.union(below).c.id)).scalars())
