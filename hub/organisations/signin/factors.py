"""Passwords, authenticators and recovery codes: given, chosen, taken away; one transaction each."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, NotFound, Words
from hub.kernel.events import Event, Kind
from hub.organisations import store as organisations
from hub.organisations.errors import SealBroken
from hub.organisations.models import Person
from hub.organisations.signin import codes, events, rules, store
from hub.organisations.signin.errors import WrongCode
from hub.organisations.signin.models import Credential, Enrolment
from hub.organisations.signin.passwords import Passwords
from hub.organisations.signin.proving import seal_name
from hub.organisations.vault import Vault

__all__ = ["Factors"]

_RESEALED = 500  # secrets sealed anew in one transaction
_TYPABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # without what looks alike


class Factors:
    """`actor` is the login of the person who does it. `issuer` names this installation in
    people's authenticators."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        vault: Vault,
        *,
        issuer: str = "Gongkai",
        passwords: Passwords | None = None,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._issuer = issuer
        self._passwords = passwords or Passwords()
        self._random = random

    async def give_password(
        self, login: str, *, actor: str, password: str = "", must_change: bool = True
    ) -> str:
        """A password for somebody, `password` or one made up, which is returned; its owner must
        choose another, unless told otherwise. Every session of theirs ends, and a lock too.

        Raises UnknownPerson, WeakPassword.
        """
        chosen = password or self._made_up()
        person = await self._person(login)
        rules.check_password(chosen, person)
        hashed, at = await self._passwords.hashed(chosen), self._clock.now()

        def work(tx: Transaction) -> None:
            held = store.credential_of(tx.connection, person.id)
            fresh = Credential(
                person_id=person.id, password_hash=hashed, must_change=must_change, changed_at=at
            )
            if held is not None:
                fresh = replace(fresh, sealed=held.sealed, last_step=held.last_step)
            store.put_credential(tx, fresh)
            ended = store.end_sessions(tx, person.id, at)
            data = {"must_change": must_change, "sessions": ended}
            self._record(tx, events.PASSWORD_GIVEN, person, actor, data)

        await self._database.write(work)
        return chosen

    async def change_password(self, person: Person, new: str, *, session_id: str) -> None:
        """Their own choice; their other sessions end. Raises WeakPassword, NotFound."""
        held = await self._credential(person)
        same = await self._passwords.good(new, held.password_hash)
        rules.check_password(new, person, former_matches=same)
        hashed, at = await self._passwords.hashed(new), self._clock.now()

        def work(tx: Transaction) -> None:
            store.change_credential(
                tx, person.id, password_hash=hashed, must_change=False, changed_at=at
            )
            ended = store.end_sessions(tx, person.id, at, but=session_id)
            self._record(tx, events.PASSWORD_CHANGED, person, person.login, {"sessions": ended})

        await self._database.write(work)

    def enrolment(self, person: Person) -> tuple[Enrolment, str]:
        """What an authenticator is to be told, and the same sealed, to be given back with the
        first code. Nothing is kept meanwhile."""
        secret = codes.typed_secret(self._random(codes.SECRET_BYTES))
        sealed = self._vault.seal(seal_name(person.id), {"totp": secret})
        return codes.enrolment_of(secret, person.login, self._issuer), sealed

    def offered(self, person: Person, sealed: str) -> Enrolment:
        """The enrolment that was sealed, to be shown again; raises WrongCode for another's."""
        return codes.enrolment_of(self._opened(person, sealed), person.login, self._issuer)

    async def enrol(self, person: Person, sealed: str, code: str) -> list[str]:
        """Bind the authenticator whose first code this is; the recovery codes, told this once.

        Raises WrongCode, and Conflict where one is bound: remove that first.
        """
        secret, at = self._opened(person, sealed), self._clock.now()
        step = codes.matching_step(secret, rules.normalised_code(code), at, 0)
        if step is None:
            raise WrongCode
        made = [rules.recovery_code(self._random(10)) for _ in range(rules.RECOVERY_CODES)]

        def work(tx: Transaction) -> None:
            held = store.credential_of(tx.connection, person.id)
            if held is None or held.sealed:
                raise Conflict(
                    Words("已绑定验证器", "an authenticator is bound already"),
                    field="code",
                    remedy=Words("先解除原验证器", "remove that one first"),
                )
            store.change_credential(tx, person.id, sealed=sealed, last_step=step)
            store.replace_codes(tx, person.id, _digests(person, made))
            self._record(tx, events.ENROLLED, person, person.login, {"codes": len(made)})

        await self._database.write(work)
        return made

    async def new_codes(self, person: Person) -> list[str]:
        """Recovery codes anew, told this once; the former ones are worth nothing any more."""
        made = [rules.recovery_code(self._random(10)) for _ in range(rules.RECOVERY_CODES)]

        def work(tx: Transaction) -> None:
            store.replace_codes(tx, person.id, _digests(person, made))
            self._record(tx, events.CODES_MADE, person, person.login, {"codes": len(made)})

        await self._database.write(work)
        return made

    async def codes_left(self, person: Person) -> int:
        return await self._database.read(lambda c: store.codes_left(c, person.id))

    async def unenrol(self, login: str, *, actor: str) -> None:
        """Take the authenticator and its recovery codes away: its owner binds another at the next
        sign-in. Raises UnknownPerson, and NotFound where there is none."""
        person, at = await self._person(login), self._clock.now()

        def work(tx: Transaction) -> None:
            held = store.credential_of(tx.connection, person.id)
            if held is None or not held.sealed:
                raise NotFound(Words("没有绑定验证器", "no authenticator is bound"), field="login")
            store.change_credential(tx, person.id, sealed="", last_step=0)
            store.replace_codes(tx, person.id, ())
            ended = store.end_sessions(tx, person.id, at)
            self._record(tx, events.UNENROLLED, person, actor, {"sessions": ended})

        await self._database.write(work)

    async def unlock(self, login: str, *, actor: str) -> None:
        """End the wait that failures brought. Raises UnknownPerson, NotFound."""
        person = await self._person(login)
        await self._credential(person)

        def work(tx: Transaction) -> None:
            store.change_credential(tx, person.id, failures=0, locked_until=None)
            self._record(tx, events.UNLOCKED, person, actor, {})

        await self._database.write(work)

    async def reseal(self, *, actor: str) -> int:
        """Seal every authenticator's secret anew that an older key sealed; how many that were.

        A person who binds another one meanwhile keeps that. Raises SealBroken.
        """
        held = await self._database.read(store.sealed_credentials)
        stale = [one for one in held if not self._vault.is_current(one[1])]
        for start in range(0, len(stale), _RESEALED):
            batch = stale[start : start + _RESEALED]
            await self._database.write(partial(self._reseal, batch=batch, actor=actor))
        return len(stale)

    def _reseal(self, tx: Transaction, batch: list[tuple[str, str]], actor: str) -> None:
        at = self._clock.now()
        for person_id, sealed in batch:
            held = store.credential_of(tx.connection, person_id)
            if held is None or held.sealed != sealed:
                continue
            name = seal_name(person_id)
            fresh = self._vault.seal(name, self._vault.open(name, sealed))
            store.change_credential(tx, person_id, sealed=fresh)
            tx.record(Event(kind=events.RESEALED, subject=person_id, actor=actor, at=at))

    async def _person(self, login: str) -> Person:
        return await self._database.read(lambda c: organisations.person_by_login(c, login))

    async def _credential(self, person: Person) -> Credential:
        held = await self._database.read(lambda c: store.credential_of(c, person.id))
        if held is None:
            raise NotFound(
                Words(f"{person.login} 没有密码", f"{person.login} has no password"),
                field="login",
                remedy=Words(
                    "用 gongkai person password 设置", "gongkai person password gives one"
                ),
            )
        return held

    def _opened(self, person: Person, sealed: str) -> str:
        try:
            return self._vault.open(seal_name(person.id), sealed)["totp"]
        except (SealBroken, KeyError):
            raise WrongCode from None

    def _made_up(self) -> str:
        """Four groups of five letters and digits: 99 bits."""
        letters = [_TYPABLE[byte % len(_TYPABLE)] for byte in self._random(20)]
        return "-".join("".join(letters[start : start + 5]) for start in range(0, 20, 5))

    def _record(
        self, tx: Transaction, kind: Kind, person: Person, actor: str, data: dict[str, Any]
    ) -> None:
        at = self._clock.now()
        tx.record(Event(kind=kind, subject=person.id, actor=actor, at=at, data=data))


def _digests(person: Person, made: list[str]) -> list[str]:
    return [rules.recovery_digest(person.id, code) for code in made]
