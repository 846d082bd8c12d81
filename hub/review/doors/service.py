"""Asks for the roles that a door demands; a refusal is recorded beside the item."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import TypeVar

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.kernel.errors import Forbidden
from hub.organisations import store as organisations
from hub.organisations.authority import rules
from hub.organisations.models import Person, Role, Selection
from hub.review.delegation.store import delegations_of
from hub.review.history.refusals import record_refusal
from hub.review.models import STEP_ROLES

__all__ = ["Doors"]

T = TypeVar("T")


class Doors:
    """`attempt` says what was tried, `subject` is the id of an item or an approval."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def require(
        self, login: str, body_id: str, roles: Set[Role], *, attempt: str, subject: str
    ) -> None:
        """Raises RoleNeeded unless the person holds one of `roles` in the body itself, and
        UnknownPerson."""

        def look(connection: Connection) -> None:
            person = organisations.person_by_login(connection, login)
            body = organisations.get_body(connection, body_id)
            rules.require_role(connection, person, body, roles)

        await self._asked(look, login, attempt, subject)

    async def require_sight(self, login: str, body_id: str, *, attempt: str, subject: str) -> None:
        """Raises RoleNeeded unless the person may read what the body prepares: with a role there,
        with one delegated to them now, or as disclosure office there or above."""

        def look(connection: Connection) -> None:
            person = organisations.person_by_login(connection, login)
            body = organisations.get_body(connection, body_id)
            if body_id in rules.readable_bodies(connection, person):
                return
            if not self._acting(connection, person, body_id):
                raise rules.role_needed(person, body.name, frozenset(Role))

        await self._asked(look, login, attempt, subject)

    async def require_accounts(
        self, login: str, selection: Selection, roles: Set[Role], *, attempt: str, subject: str
    ) -> None:
        """Raises RoleNeeded when the selection reaches an account beyond the person's bodies."""

        def look(connection: Connection) -> None:
            person = organisations.person_by_login(connection, login)
            chosen = organisations.select_accounts(connection, selection)
            rules.require_accounts(connection, person, chosen, roles)

        await self._asked(look, login, attempt, subject)

    async def require_within_reach(
        self, login: str, body_id: str, roles: Set[Role], *, attempt: str
    ) -> None:
        """Raises RoleNeeded unless the person holds one of `roles` in the body or above it."""

        def look(connection: Connection) -> None:
            person = organisations.person_by_login(connection, login)
            body = organisations.get_body(connection, body_id)
            rules.require_within_reach(connection, person, body, roles)

        await self._asked(look, login, attempt, body_id)

    async def require_whole(self, login: str, roles: Set[Role], *, attempt: str) -> None:
        """Raises RoleNeeded unless one of `roles` reaches every body there is."""

        def look(connection: Connection) -> None:
            person = organisations.person_by_login(connection, login)
            rules.require_whole(connection, person, roles)

        await self._asked(look, login, attempt, login)

    async def require_over(self, login: str, other: Person, *, attempt: str) -> None:
        """Raises RoleNeeded unless the person administers every body that `other` works in."""

        def look(connection: Connection) -> None:
            person = organisations.person_by_login(connection, login)
            rules.require_over(connection, person, other)

        await self._asked(look, login, attempt, other.id)

    async def readable(self, login: str) -> frozenset[str]:
        """The ids of the bodies whose unpublished items the person may read by roles of their
        own; raises UnknownPerson."""
        return await self._database.read(
            lambda c: rules.readable_bodies(c, organisations.person_by_login(c, login))
        )

    def _acting(self, connection: Connection, person: Person, body_id: str) -> bool:
        at = self._clock.now()
        return any(
            delegations_of(connection, person.id, body_id, role, at) for role in STEP_ROLES.values()
        )

    async def _asked(
        self, look: Callable[[Connection], T], login: str, attempt: str, subject: str
    ) -> T:
        try:
            return await self._database.read(look)
        except Forbidden as error:
            await record_refusal(
                self._database,
                error,
                attempt=attempt,
                subject=subject,
                login=login,
                at=self._clock.now(),
            )
            raise
