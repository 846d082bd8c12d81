"""SQL over what accounts can be chosen by, and who holds a step's role."""

from __future__ import annotations

from sqlalchemy import Connection, select

from hub.organisations.models import Person, Role
from hub.organisations.store import list_groups, subtree
from hub.organisations.tables import account_tags, accounts, people, roles
from hub.publishing.outreach.models import Facets

__all__ = ["facets_of", "holders_of"]

_a = accounts.c
_MOST = 500


def facets_of(connection: Connection, body_id: str) -> Facets:
    """Of the active accounts of the body and those below it."""
    ours = (_a.body_id.in_(subtree(body_id)), _a.active)
    channels = select(_a.channel).where(*ours).distinct().order_by(_a.channel)
    regions = select(_a.region).where(*ours, _a.region != "").distinct().order_by(_a.region)
    tags = (
        select(account_tags.c.tag)
        .join(accounts, _a.id == account_tags.c.account_id)
        .where(*ours)
        .distinct()
        .order_by(account_tags.c.tag)
    )
    return Facets(
        channels=tuple(connection.execute(channels).scalars()),
        regions=tuple(connection.execute(regions.limit(_MOST)).scalars()),
        tags=tuple(connection.execute(tags.limit(_MOST)).scalars()),
        groups=tuple(group.name for group in list_groups(connection)),
    )


def holders_of(connection: Connection, body_id: str, role: Role) -> tuple[Person, ...]:
    """The active people who hold the role in the body itself, by name."""
    query = (
        select(people.c.id, people.c.login, people.c.name)
        .join(roles, roles.c.person_id == people.c.id)
        .where(roles.c.body_id == body_id, roles.c.role == role.value, people.c.active)
        .order_by(people.c.name)
    )
    return tuple(Person(**row._asdict()) for row in connection.execute(query))
