"""After a change of keys an authenticator's secret is sealed anew and stays the same."""

from __future__ import annotations

from argon2 import PasswordHasher
from pyotp import TOTP

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.events import read_events
from hub.kernel.ids import IdSource
from hub.organisations.models import BodyKind, NewBody, NewPerson
from hub.organisations.service import Organisations
from hub.organisations.signin import store
from hub.organisations.signin.factors import Factors
from hub.organisations.signin.passwords import Passwords
from hub.organisations.signin.proving import seal_name
from hub.organisations.vault import Vault

OLD, NEW = {"k1": b"1" * 32}, {"k2": b"2" * 32}


async def test_every_secret_is_sealed_with_the_first_key_and_opens_without_the_old(
    database: Database, clock: ManualClock, ids: IdSource
) -> None:
    vault = Vault(OLD)
    organisations = Organisations(database, clock, ids, vault)
    await organisations.add_body(
        NewBody(code="city", name="江澜市", kind=BodyKind.CITY), actor="admin"
    )
    passwords = Passwords(PasswordHasher(1, 8, 1))
    factors = Factors(database, clock, vault, passwords=passwords)
    person = await organisations.add_person(NewPerson(login="li", name="李敏"), actor="admin")
    await factors.give_password("li", actor="admin")
    enrolment, sealed = factors.enrolment(person)
    await factors.enrol(person, sealed, TOTP(enrolment.secret).at(clock.now()))

    later = Factors(database, clock, Vault(NEW | OLD), passwords=passwords)
    assert await later.reseal(actor="admin") == 1
    assert await later.reseal(actor="admin") == 0
    held = await database.read(lambda c: store.credential_of(c, person.id))
    assert held is not None
    assert Vault(NEW).open(seal_name(person.id), held.sealed) == {"totp": enrolment.secret}
    newest = (await database.read(read_events))[-1]
    assert newest["kind"] == "organisations.authenticator.resealed"
