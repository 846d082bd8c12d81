"""Whose published and planned things a person sees: the frame of every board."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from sqlalchemy import Connection

from hub.kernel.database import Database
from hub.organisations import store
from hub.organisations.authority.rules import PLANNING
from hub.organisations.authority.store import (
    bodies_with_a_role,
    bodies_within_reach,
    count_bodies,
    highest_and_next,
)
from hub.organisations.models import Body, Role

__all__ = ["EVERYTHING", "MOST_CHOICES", "OPERATING", "Sight", "Sights"]

MOST_CHOICES = 200

# who keeps publishing going: they see the bodies below their own, too
OPERATING = PLANNING | {Role.DISCLOSURE_OFFICE}


@dataclass(frozen=True, slots=True)
class Sight:
    """The bodies whose accounts and plans somebody sees; `whole`: there are no others."""

    bodies: frozenset[str]
    whole: bool

    def within(self, bodies: Set[str]) -> Sight:
        """What of it is in `bodies`."""
        return Sight(self.bodies & bodies, whole=False)


# what the command line sees, which whoever runs the installation types
EVERYTHING = Sight(frozenset(), whole=True)


class Sights:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, login: str, *, under: str = "") -> Sight:
        """The bodies in which the person holds any role, and those below which they operate; with
        `under` (a body's code) no others than that body and those below it.

        Raises UnknownPerson. An unknown code is a body without anything to see.
        """
        return await self._database.read(lambda c: _sight(c, login, under))

    async def operated(self, login: str, *, under: str = "") -> Sight:
        """The bodies that the person operates and those below them, and no others; `under` as
        above. Raises UnknownPerson."""
        return await self._database.read(lambda c: _sight(c, login, under, any_role=False))

    async def under(self, sight: Sight, code: str) -> Sight:
        """What of it are the body of that code and those below it; an unknown code is a body
        without anything to see."""
        return await self._database.read(lambda c: _under(c, sight, code))

    async def choices(self, sight: Sight) -> list[Body]:
        """By which bodies somebody may narrow what they see: the highest in sight and those right
        below them, at most MOST_CHOICES."""
        return await self._database.read(lambda c: _choices(c, sight))


def _sight(connection: Connection, login: str, under: str, *, any_role: bool = True) -> Sight:
    person = store.person_by_login(connection, login)
    if not person.active:
        return Sight(frozenset(), whole=False)
    seen = bodies_within_reach(connection, person.id, OPERATING)
    if any_role:
        seen |= bodies_with_a_role(connection, person.id)
    found = Sight(seen, whole=len(seen) == count_bodies(connection))
    return _under(connection, found, under) if under else found


def _under(connection: Connection, sight: Sight, code: str) -> Sight:
    top = store.bodies_by_code(connection, [code]).get(code)
    below = store.list_bodies(connection, top.id) if top else []
    return sight.within({body.id for body in below})


def _choices(connection: Connection, sight: Sight) -> list[Body]:
    ids = highest_and_next(connection, None if sight.whole else sight.bodies, MOST_CHOICES)
    return sorted(store.bodies_by_id(connection, ids).values(), key=lambda body: body.code)
