"""Two people who may sign in, with passwords that are cheap to check."""

from __future__ import annotations

from dataclasses import dataclass

import pyotp
import pytest
from argon2 import PasswordHasher

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.events import read_events
from hub.kernel.ids import IdSource
from hub.organisations.models import BodyKind, NewBody, NewPerson, Person, Role
from hub.organisations.service import Organisations
from hub.organisations.signin.factors import Factors
from hub.organisations.signin.models import Origin
from hub.organisations.signin.passwords import Passwords
from hub.organisations.signin.service import Sessions
from hub.organisations.vault import Vault

GOOD = "Harbour-27-lamp"
FROM = Origin(address="10.1.2.3", agent="a browser")


@dataclass(slots=True)
class Gate:
    """The services, and what somebody with a telephone does with them."""

    database: Database
    clock: ManualClock
    organisations: Organisations
    factors: Factors
    sessions: Sessions
    person: Person

    async def enrolled(self) -> pyotp.TOTP:
        """The authenticator of the person, bound a while ago."""
        enrolment, sealed = self.factors.enrolment(self.person)
        totp = pyotp.TOTP(enrolment.secret)
        await self.factors.enrol(self.person, sealed, self.code(totp))
        self.clock.advance(60)
        return totp

    def code(self, totp: pyotp.TOTP) -> str:
        return totp.at(self.clock.now())

    async def recorded(self) -> list[str]:
        """The names of what happened to the person, in order."""
        found = await self.database.read(lambda c: read_events(c, subject=self.person.id))
        return [event["kind"].removeprefix("organisations.") for event in found]


@pytest.fixture
async def gate(database: Database, clock: ManualClock, ids: IdSource) -> Gate:
    vault, cheap = Vault({"test": bytes(32)}), Passwords(PasswordHasher(1, 8, 1))
    organisations = Organisations(database, clock, ids, vault)
    await organisations.add_body(
        NewBody(code="city", name="江澜市", kind=BodyKind.CITY), actor="admin"
    )
    roles = (("city", Role.CLERK),)
    person = await organisations.add_person(
        NewPerson(login="wang", name="王芳", roles=roles), actor="admin"
    )
    factors = Factors(database, clock, vault, passwords=cheap)
    sessions = Sessions(database, clock, ids, vault, passwords=cheap)
    await factors.give_password("wang", password=GOOD, must_change=False, actor="admin")
    return Gate(database, clock, organisations, factors, sessions, person)
