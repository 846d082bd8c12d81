"""People found, shown, changed, and a list of them tried before it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event
from hub.organisations import events, rules
from hub.organisations import store as organisations
from hub.organisations.authority import rules as authority
from hub.organisations.authority.store import bodies_within_reach
from hub.organisations.errors import UnknownPerson
from hub.organisations.models import Imported, NewPerson, Person, Role
from hub.organisations.personnel import store
from hub.organisations.personnel.models import (
    CheckedRow,
    Held,
    Listed,
    PeoplePage,
    Profile,
    SignInState,
    WantedPeople,
)
from hub.organisations.personnel.trying import Known, check_rows
from hub.organisations.service import Organisations
from hub.organisations.signin.store import codes_left, credential_of, end_sessions

__all__ = ["Personnel"]

_STEWARDS = frozenset({Role.ADMIN})


class Personnel:
    """`actor` is the login of the administrator. Every change asks for their authority in the
    transaction that makes it: an administrator gives roles in their body and below, to others."""

    def __init__(self, database: Database, clock: Clock, organisations: Organisations) -> None:
        self._database = database
        self._clock = clock
        self._organisations = organisations

    async def page(self, wanted: WantedPeople) -> PeoplePage:
        def look(connection: Connection) -> PeoplePage:
            found = store.list_page(connection, wanted)
            shown = found[: wanted.limit]
            held = store.held_by(connection, [one.id for one in shown])
            listed = (
                Listed(person=one, held=_within(held.get(one.id, ()), wanted)) for one in shown
            )
            following = shown[-1].login if len(found) > wanted.limit else ""
            return PeoplePage(people=tuple(listed), next=following)

        return await self._database.read(look)

    async def person(self, login: str) -> Person:
        """Also one who is no longer active; raises UnknownPerson."""
        return await self._database.read(lambda c: _person(c, login))

    async def profile(self, login: str) -> Profile:
        """Raises UnknownPerson."""
        now = self._clock.now()

        def look(connection: Connection) -> Profile:
            person = _person(connection, login)
            held = store.held_by(connection, [person.id]).get(person.id, [])
            state = _sign_in(connection, person, now)
            return Profile(person=person, held=tuple(held), sign_in=state)

        return await self._database.read(look)

    async def rename(self, login: str, name: str, *, actor: str) -> Person:
        """Raises UnknownPerson, RoleNeeded, InvalidInput."""
        rules.check_person(NewPerson(login=login, name=name))
        return await self._change(login, actor, name=name.strip())

    async def switch(self, login: str, *, active: bool, actor: str) -> Person:
        """Disable somebody, whose sessions end with it, or let them in again; what they did stays
        theirs. Raises UnknownPerson, RoleNeeded."""
        return await self._change(login, actor, active=active)

    async def try_list(self, rows: Sequence[NewPerson], *, actor: str) -> list[CheckedRow]:
        """What each row would do, and why it may not; nothing is written."""
        return await self._database.read(lambda c: self._tried(c, rows, actor))

    async def take_list(self, rows: Sequence[NewPerson], *, actor: str) -> Imported:
        """All of it or nothing, once every row is good; raises what is wrong with the first that
        is not."""
        for row in await self.try_list(rows, actor=actor):
            if row.fault is not None:
                raise row.fault
        return await self._organisations.import_people(rows, actor=actor)

    def _tried(
        self, connection: Connection, rows: Sequence[NewPerson], actor: str
    ) -> list[CheckedRow]:
        person = organisations.person_by_login(connection, actor)
        people = organisations.people_by_login(connection, [row.login for row in rows])
        held = store.held_by(connection, [one.id for one in people.values()])
        known = Known(
            steward=person,
            reach=bodies_within_reach(connection, person.id, _STEWARDS),
            bodies=organisations.bodies_by_code(connection),
            people=people,
            held={key: {(one.body.code, one.role) for one in roles} for key, roles in held.items()},
        )
        return check_rows(rows, known)

    async def _change(self, login: str, actor: str, **values: str | bool) -> Person:
        now = self._clock.now()

        def work(tx: Transaction) -> Person:
            steward = organisations.person_by_login(tx.connection, actor)
            person = _person(tx.connection, login)
            authority.require_over(tx.connection, steward, person)
            changed = replace(person, **values)  # type: ignore[arg-type]
            if changed == person:
                return person
            organisations.update_person(tx, changed)
            if not changed.active:
                end_sessions(tx, person.id, now)
            kind = events.PERSON_CHANGED
            tx.record(Event(kind=kind, subject=person.id, actor=actor, at=now, data=values))
            return changed

        return await self._database.write(work)


def _person(connection: Connection, login: str) -> Person:
    found = store.any_person(connection, login)
    if found is None:
        raise UnknownPerson(login)
    return found


def _within(held: Sequence[Held], wanted: WantedPeople) -> tuple[Held, ...]:
    """Of the roles those in the bodies that were asked about."""
    return tuple(one for one in held if wanted.bodies is None or one.body.id in wanted.bodies)


def _sign_in(connection: Connection, person: Person, now: datetime) -> SignInState:
    held = credential_of(connection, person.id)
    locked = held.locked_until if held else None
    return SignInState(
        password=held is not None,
        must_change=held is not None and held.must_change,
        changed_at=held.changed_at if held else None,
        enrolled=held is not None and bool(held.sealed),
        codes_left=codes_left(connection, person.id),
        locked_until=locked if locked is not None and locked > now else None,
        sessions=store.sessions_open(connection, person.id, now),
    )
