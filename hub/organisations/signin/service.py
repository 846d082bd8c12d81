"""Signing in and out, and what a session lets its owner do; one transaction each."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event, Kind
from hub.kernel.ids import IdSource
from hub.organisations import store as organisations
from hub.organisations.models import Person
from hub.organisations.signin import events, rules, store
from hub.organisations.signin.errors import NotProved, SignedOut
from hub.organisations.signin.models import (
    Credential,
    Opened,
    Origin,
    Policy,
    Session,
    Stage,
    Visitor,
)
from hub.organisations.signin.passwords import Passwords
from hub.organisations.signin.proving import Find, Proving, told
from hub.organisations.vault import Vault

__all__ = ["Sessions"]

T = TypeVar("T")

_NOTED_EVERY = timedelta(minutes=1)  # a session's last use, to the minute


class Sessions:
    """`random(n)` gives n unguessable bytes. `secret` is what the cookie holds."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ids: IdSource,
        vault: Vault,
        *,
        policy: Policy | None = None,
        passwords: Passwords | None = None,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self.policy = policy or Policy()
        self._database = database
        self._clock = clock
        self._ids = ids
        self._random = random
        self._proving = Proving(database, clock, passwords or Passwords(), vault)

    async def sign_in(self, login: str, password: str, origin: Origin) -> Opened:
        """A session for a right password: open, or waiting for what its stage says.

        Raises SignInRefused; every refusal is recorded.
        """

        def find(tx: Transaction) -> Person | None:
            return organisations.people_by_login(tx.connection, [login]).get(login)

        kind = events.SIGN_IN_REFUSED
        attempt = await self._proving.by_password(find, password, origin, kind)
        stage = rules.stage_after(attempt.credential, self.policy, code_given=False)

        def work(tx: Transaction, at: datetime) -> Opened:
            if stage is not Stage.CODE:  # else the try goes on with the code
                _forgive(tx, attempt.person.id)
            return self._open(tx, attempt.person, stage, at, origin)

        return await self._written(work)

    async def give_code(self, secret: str, code: str, origin: Origin) -> Opened:
        """The session goes on under a new secret; raises WrongCode, SignInRefused, SignedOut."""
        visitor = await self.visitor(secret)
        kind = events.SIGN_IN_REFUSED
        attempt = await self._proving.by_code(visitor.person.id, code, origin, kind)
        stage = rules.stage_after(attempt.credential, self.policy, code_given=True)

        def work(tx: Transaction, at: datetime) -> Opened:
            _forgive(tx, visitor.person.id)
            return self._go_on(tx, visitor.session, visitor.person, stage, at, origin)

        return await self._written(work)

    async def advance(self, secret: str, origin: Origin) -> Opened:
        """After a step short of open was done, the session goes on under a new secret."""
        visitor = await self.visitor(secret)

        def work(tx: Transaction, at: datetime) -> Opened:
            held = _known(tx, visitor.person)
            given = visitor.session.stage is not Stage.CODE
            stage = rules.stage_after(held, self.policy, code_given=given)
            return self._go_on(tx, visitor.session, visitor.person, stage, at, origin)

        return await self._written(work)

    async def prove(self, secret: str, password: str, code: str, origin: Origin) -> None:
        """Password, and the code of whoever has an authenticator, once more; for some minutes
        what is dangerous may be done. Raises SignInRefused, WrongCode, SignedOut."""
        visitor = await self.visitor(secret)
        person, kind = visitor.person, events.PROVING_REFUSED
        attempt = await self._proving.by_password(lambda tx: person, password, origin, kind)
        if attempt.credential.sealed:
            await self._proving.by_code(person.id, code, origin, kind)

        def work(tx: Transaction, at: datetime) -> None:
            _forgive(tx, person.id)
            store.change_session(tx, visitor.session.id, proved_at=at)
            _record(tx, events.PROVED, person, at, origin)

        await self._written(work)

    async def open_vouched(self, find: Find, origin: Origin, *, by: str) -> Opened | None:
        """A session for an active person whom somebody else vouched for, `by` name, which is all
        that signing in takes; None where `find` finds no such person."""

        def work(tx: Transaction, at: datetime) -> Opened | None:
            person = find(tx)
            if person is None or not person.active:
                return None
            return self._open(tx, person, Stage.OPEN, at, origin, by=by)

        return await self._written(work)

    async def prove_vouched(
        self, find: Find, session_id: str, since: datetime, origin: Origin, *, by: str
    ) -> bool:
        """The session's owner was vouched for anew, having signed in there at `since`; whether it
        was the owner, and the session goes on."""

        def work(tx: Transaction, at: datetime) -> bool:
            person, session = find(tx), store.session_by_id(tx.connection, session_id)
            if person is None or session is None or session.person_id != person.id:
                return False
            if not person.active or session.stage is not Stage.OPEN:
                return False
            if not store.change_session(tx, session_id, proved_at=min(since, at)):
                return False
            _record(tx, events.PROVED, person, at, origin, by=by)
            return True

        return await self._written(work)

    def require_proved(self, visitor: Visitor) -> None:
        """Raises NotProved unless they proved who they are within the last minutes."""
        if self._clock.now() - visitor.session.proved_at >= self.policy.fresh:
            raise NotProved

    async def visitor(self, secret: str, *, noted: bool = True) -> Visitor:
        """Who holds the cookie, and its use is noted to the minute, unless a page asks by itself.

        Raises SignedOut.
        """
        if (digest := rules.digest_of(secret)) is None:
            raise SignedOut("unknown" if secret else "missing")
        now = self._clock.now()
        found = await self._database.read(lambda c: _visitor(c, digest))
        if found is None:
            raise SignedOut("unknown")
        session, person = found.session, found.person
        if why := rules.why_ended(session, self.policy, now, active=person.active):
            raise SignedOut(why)
        if noted and now - session.seen_at >= _NOTED_EVERY:
            await self._database.write(
                lambda tx: store.change_session(tx, session.id, seen_at=now), audited=False
            )
        return found

    async def sign_out(self, secret: str, origin: Origin) -> None:
        """End the session; again changes nothing."""
        try:
            visitor = await self.visitor(secret)
        except SignedOut:
            return

        def work(tx: Transaction, at: datetime) -> None:
            if store.change_session(tx, visitor.session.id, ended_at=at):
                _record(tx, events.SIGNED_OUT, visitor.person, at, origin)

        await self._written(work)

    async def sign_out_everywhere(self, login: str, *, actor: str) -> int:
        """End every session of a person; how many that were. Raises UnknownPerson."""

        def work(tx: Transaction, at: datetime) -> int:
            person = organisations.person_by_login(tx.connection, login)
            count = store.end_sessions(tx, person.id, at)
            if count:
                data = {"sessions": count}
                kind, subject = events.SIGNED_OUT_EVERYWHERE, person.id
                tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))
            return count

        return await self._written(work)

    async def of(self, person_id: str) -> list[Session]:
        """The sessions that have not ended, newest first."""
        now = self._clock.now()
        return await self._database.read(lambda c: store.sessions_of(c, person_id, now))

    # --- inside

    def _open(
        self,
        tx: Transaction,
        person: Person,
        stage: Stage,
        at: datetime,
        origin: Origin,
        *,
        by: str = "",
    ) -> Opened:
        secret = rules.secret_of(self._random(rules.SECRET_BYTES))
        digest = rules.digest_of(secret)
        if digest is None:  # another source of randomness was too short
            raise ValueError("a session needs 32 random bytes")
        longest = self.policy.longest if stage is Stage.OPEN else self.policy.half
        session = Session(
            id=self._ids.new(at),
            person_id=person.id,
            digest=digest,
            stage=stage,
            created_at=at,
            seen_at=at,
            expires_at=at + longest,
            proved_at=at,
            address=told(origin)["address"],
            agent=told(origin)["agent"],
        )
        store.add_session(tx, session)
        if stage is Stage.OPEN:
            _record(tx, events.SIGNED_IN, person, at, origin, by=by)
        return Opened(session=session, secret=secret)

    def _go_on(
        self,
        tx: Transaction,
        former: Session,
        person: Person,
        stage: Stage,
        at: datetime,
        origin: Origin,
    ) -> Opened:
        """Another session in its place: a secret from before is worth nothing afterwards."""
        if not store.change_session(tx, former.id, ended_at=at):
            raise SignedOut("ended")
        return self._open(tx, person, stage, at, origin)

    async def _written(self, work: Callable[[Transaction, datetime], T]) -> T:
        at = self._clock.now()
        # a session that is not open yet is nothing a person is told about
        return await self._database.write(lambda tx: work(tx, at), audited=False)


def _forgive(tx: Transaction, person_id: str) -> None:
    store.change_credential(tx, person_id, failures=0, locked_until=None)


def _record(
    tx: Transaction, kind: Kind, person: Person, at: datetime, origin: Origin, *, by: str = ""
) -> None:
    data = told(origin) | ({"by": by} if by else {})
    tx.record(Event(kind=kind, subject=person.id, actor=person.login, at=at, data=data))


def _known(tx: Transaction, person: Person) -> Credential:
    held = store.credential_of(tx.connection, person.id)
    if held is None:
        raise SignedOut("unknown")
    return held


def _visitor(connection: Connection, digest: str) -> Visitor | None:
    session = store.session_by_digest(connection, digest)
    if session is None:
        return None
    held = store.credential_of(connection, session.person_id)
    return Visitor(
        session=session,
        person=organisations.get_person(connection, session.person_id),
        roles=store.roles_by_body(connection, session.person_id),
        enrolled=bool(held and held.sealed),
    )
