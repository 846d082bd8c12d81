"""Who may act for which body, and what they may see there."""

from __future__ import annotations

from collections.abc import Iterable, Set

from sqlalchemy import Connection

from hub.kernel.errors import Words
from hub.organisations import store
from hub.organisations.authority.store import (
    bodies_with_a_role,
    bodies_within_reach,
    count_bodies,
)
from hub.organisations.errors import RoleNeeded
from hub.organisations.models import Account, Body, Person, Role

__all__ = [
    "ENTERING",
    "PLANNING",
    "readable_bodies",
    "require_accounts",
    "require_over",
    "require_role",
    "require_whole",
    "require_within_reach",
    "role_needed",
]

# who enters, edits, determines and submits; who makes plans
ENTERING = frozenset({Role.EDITOR, Role.CLERK, Role.SECTION_HEAD, Role.LEADER})
PLANNING = frozenset({Role.MEDIA, Role.ADMIN})
_SUPERVISING = frozenset({Role.DISCLOSURE_OFFICE})
_STEWARDS = frozenset({Role.ADMIN})


def require_role(connection: Connection, person: Person, body: Body, roles: Set[Role]) -> None:
    """Raise RoleNeeded unless `person` is active and holds one of `roles` in `body` itself."""
    if not person.active or roles.isdisjoint(store.roles_of(connection, person.id, body.id)):
        raise role_needed(person, body.name, roles)


def readable_bodies(connection: Connection, person: Person) -> frozenset[str]:
    """The ids of the bodies whose unpublished items `person` may read: with any role there, or in
    the disclosure office of that body or of one above it."""
    if not person.active:
        return frozenset()
    own = bodies_with_a_role(connection, person.id)
    return own | bodies_within_reach(connection, person.id, _SUPERVISING)


def require_accounts(
    connection: Connection, person: Person, accounts: Iterable[Account], roles: Set[Role]
) -> None:
    """Raise RoleNeeded for an account that belongs neither to a body in which `person` holds one
    of `roles` nor to a body below it: nobody publishes on somebody else's accounts."""
    reached = bodies_within_reach(connection, person.id, roles)
    for account in accounts:
        if not person.active or account.body_id not in reached:
            raise role_needed(person, account.name, roles)


def require_within_reach(
    connection: Connection, person: Person, body: Body, roles: Set[Role]
) -> None:
    """Raise RoleNeeded unless `person` holds one of `roles` in `body` or in one above it."""
    if not person.active or body.id not in bodies_within_reach(connection, person.id, roles):
        raise role_needed(person, body.name, roles)


def require_whole(connection: Connection, person: Person, roles: Set[Role]) -> None:
    """Raise RoleNeeded unless one of `roles` reaches every body: for what holds everywhere."""
    reached = bodies_within_reach(connection, person.id, roles) if person.active else frozenset()
    if len(reached) < count_bodies(connection):
        raise role_needed(person, "全部单位 / all bodies", roles)


def require_over(connection: Connection, person: Person, other: Person) -> None:
    """Raise RoleNeeded unless `person` administers every body in which `other` holds a role.

    Who could reset somebody's sign-in could act as them; so nobody does it to one who may more
    than they administer, and nobody to themselves, for whom there is a page of their own.
    """
    held = bodies_with_a_role(connection, other.id)
    reached = bodies_within_reach(connection, person.id, _STEWARDS)
    if not person.active or not reached or not held <= reached:
        raise role_needed(person, other.name, _STEWARDS)
    if person.id == other.id:
        raise RoleNeeded(
            Words("不能管理自己的角色与登录", "nobody manages their own roles and sign-in"),
            field="login",
            remedy=Words("请另一位管理员处理", "ask another administrator"),
        )


def role_needed(person: Person, place: str, roles: Set[Role]) -> RoleNeeded:
    """The refusal for what `person` may not do in `place`."""
    named = ", ".join(sorted(roles))
    return RoleNeeded(
        Words(f"{person.name} 在“{place}”无此权限", f"{person.name} may not do that in '{place}'"),
        field="login",
        remedy=Words(f"需要角色之一：{named}", f"one of these roles is needed: {named}"),
    )
