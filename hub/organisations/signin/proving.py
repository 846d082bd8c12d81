"""What every way of proving who one is has in common: attempts are counted before they are
looked at, so that many at once are no more guesses than one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hub.kernel.clock import Clock
from hub.kernel.columns import storable
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event, Kind
from hub.organisations import store as organisations
from hub.organisations.models import Person
from hub.organisations.signin import codes, events, rules, store
from hub.organisations.signin.errors import SignInRefused, WrongCode
from hub.organisations.signin.models import Credential, Origin
from hub.organisations.signin.passwords import Passwords
from hub.organisations.vault import Vault

__all__ = ["DOOR", "Attempt", "Find", "Proving", "seal_name", "secret_in", "told"]

DOOR = "system:console"
Find = Callable[[Transaction], Person | None]  # whoever is meant, active or not
_LONGEST_ADDRESS, _LONGEST_AGENT = 64, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try, already counted; `credential` is as it was before."""

    person: Person
    credential: Credential


class Proving:
    """Counts tries, checks passwords and codes, and writes down what was refused."""

    def __init__(
        self, database: Database, clock: Clock, passwords: Passwords, vault: Vault
    ) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._vault = vault

    async def by_password(
        self,
        find: Callable[[Transaction], Person | None],
        password: str,
        origin: Origin,
        kind: Kind,
    ) -> Attempt:
        """The attempt with a right password; raises SignInRefused, recorded as `kind`."""
        attempt = await self._begun(find)
        held = attempt.credential.password_hash if attempt else None
        good = await self._passwords.good(password, held)
        now = self._clock.now()
        if attempt is None:
            await self._refuse(SignInRefused("unknown"), origin, kind, None)
            raise SignInRefused("unknown")
        until = attempt.credential.locked_until
        locked = until is not None and until > now
        if good and not locked:
            return attempt
        refused = SignInRefused("locked" if locked else "password", attempt.person.id)
        await self._refuse(refused, origin, kind, attempt)
        raise refused

    async def by_code(self, person_id: str, code: str, origin: Origin, kind: Kind) -> Attempt:
        """The attempt with a right code of the authenticator or a recovery code, used up with it;
        raises WrongCode, and SignInRefused while too many failed."""
        attempt = await self._begun(lambda tx: organisations.get_person(tx.connection, person_id))
        if attempt is None or not attempt.credential.sealed:
            raise SignInRefused("no authenticator", person_id)
        now, until = self._clock.now(), attempt.credential.locked_until
        if until is not None and until > now:
            refused = SignInRefused("locked", person_id)
            await self._refuse(refused, origin, kind, attempt)
            raise refused
        if await self._database.write(lambda tx: self._used(tx, attempt, code, now), audited=False):
            return attempt
        await self._refuse(SignInRefused("code", person_id), origin, kind, attempt)
        raise WrongCode

    async def _begun(self, find: Find) -> Attempt | None:
        at = self._clock.now()

        def work(tx: Transaction) -> Attempt | None:
            person = find(tx)
            held = store.credential_of(tx.connection, person.id) if person else None
            if person is None or held is None or not person.active:
                return None
            if held.locked_until is None or held.locked_until <= at:
                failures = held.failures + 1
                store.change_credential(
                    tx, person.id, failures=failures, locked_until=rules.lock_after(failures, at)
                )
            return Attempt(person=person, credential=held)

        # a count of tries, told by the event of how the try ended
        return await self._database.write(work, audited=False)

    def _used(self, tx: Transaction, attempt: Attempt, code: str, at: datetime) -> bool:
        person_id = attempt.person.id
        held = store.credential_of(tx.connection, person_id)
        if held is None or not held.sealed:
            return False
        typed = rules.normalised_code(code)
        secret = secret_in(self._vault, held)
        if step := codes.matching_step(secret, typed, at, held.last_step):
            store.change_credential(tx, person_id, last_step=step)
            return True
        if not store.use_code(tx, rules.recovery_digest(person_id, typed), at):
            return False
        left = store.codes_left(tx.connection, person_id)
        data = {"left": left}
        kind, login = events.RECOVERY_USED, attempt.person.login
        tx.record(Event(kind=kind, subject=person_id, actor=login, at=at, data=data))
        return True

    async def _refuse(
        self, error: SignInRefused, origin: Origin, kind: Kind, attempt: Attempt | None
    ) -> None:
        """Write down who tried in vain and from where, never with what."""
        at = self._clock.now()
        subject = error.person_id or "unknown"
        actor = attempt.person.login if attempt else DOOR
        data = {"why": error.why, **told(origin)}

        def work(tx: Transaction) -> None:
            tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))
            held = store.credential_of(tx.connection, subject) if attempt else None
            if held and held.locked_until and held.locked_until > at and error.why != "locked":
                about = {"failures": held.failures, "until": held.locked_until}
                locked = events.LOCKED
                tx.record(Event(kind=locked, subject=subject, actor=DOOR, at=at, data=about))

        await self._database.write(work)


def told(origin: Origin) -> dict[str, str]:
    """Where from, cut to what is kept."""
    return {
        "address": storable(origin.address)[:_LONGEST_ADDRESS],
        "agent": storable(origin.agent)[:_LONGEST_AGENT],
    }


def secret_in(vault: Vault, credential: Credential) -> str:
    """The authenticator's secret; raises SealBroken."""
    return vault.open(seal_name(credential.person_id), credential.sealed)["totp"]


def seal_name(person_id: str) -> str:
    """What a seal is bound to: one of another person does not open."""
    return f"person:{person_id}"
