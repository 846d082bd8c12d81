"""Linking identities to people, and letting in whom a provider vouched for."""

from __future__ import annotations

from datetime import datetime

from hub.kernel.clock import Clock
from hub.kernel.columns import storable
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import InvalidInput, Words
from hub.kernel.events import Event
from hub.organisations import store as organisations
from hub.organisations.identities import events, store
from hub.organisations.identities.errors import (
    LinkedElsewhere,
    NotLinked,
    ProviderRefused,
    UnknownIdentity,
)
from hub.organisations.identities.models import Identity
from hub.organisations.models import Person
from hub.organisations.signin import store as signing
from hub.organisations.signin.events import PROVING_REFUSED, SIGN_IN_REFUSED
from hub.organisations.signin.models import Opened, Origin
from hub.organisations.signin.proving import DOOR, told
from hub.organisations.signin.service import Sessions

__all__ = ["Identities"]

_LONGEST_SUBJECT, _LONGEST_ISSUER = 255, 500  # OpenID Connect Core 1.0, 2: sub ≤ 255


class Identities:
    """`actor` is the login of the administrator; nobody is linked by a name or a mail address,
    and nobody is entered as a person because a provider knows them."""

    def __init__(self, database: Database, clock: Clock, sessions: Sessions) -> None:
        self._database = database
        self._clock = clock
        self._sessions = sessions

    async def link(self, login: str, issuer: str, subject: str, *, actor: str) -> Identity:
        """Whom the provider calls `subject` comes in as this person; again changes nothing.

        Raises InvalidInput, UnknownPerson, LinkedElsewhere.
        """
        _check(issuer, subject)
        at = self._clock.now()

        def work(tx: Transaction) -> Identity:
            person = organisations.person_by_login(tx.connection, login)
            held = store.identity_of(tx.connection, issuer, subject)
            if held is not None and held.person_id != person.id:
                raise LinkedElsewhere(subject)
            if held is not None:
                return held
            made = Identity(
                issuer=issuer, subject=subject, person_id=person.id, linked_by=actor, linked_at=at
            )
            store.add_identity(tx, made)
            data = {"issuer": issuer, "subject": subject}
            kind = events.IDENTITY_LINKED
            tx.record(Event(kind=kind, subject=person.id, actor=actor, at=at, data=data))
            return made

        return await self._database.write(work)

    async def unlink(self, issuer: str, subject: str, *, actor: str) -> None:
        """They come in no more, and what is open ends. Raises UnknownIdentity."""
        at = self._clock.now()

        def work(tx: Transaction) -> None:
            held = store.identity_of(tx.connection, issuer, subject)
            if held is None:
                raise UnknownIdentity(subject)
            store.delete_identity(tx, issuer, subject)
            ended = signing.end_sessions(tx, held.person_id, at)
            data = {"issuer": issuer, "subject": subject, "sessions": ended}
            kind = events.IDENTITY_UNLINKED
            tx.record(Event(kind=kind, subject=held.person_id, actor=actor, at=at, data=data))

        await self._database.write(work)

    async def of(self, login: str) -> list[Identity]:
        """Every identity of a person; raises UnknownPerson."""
        return await self._database.read(
            lambda c: store.identities_of(c, organisations.person_by_login(c, login).id)
        )

    async def sign_in(self, issuer: str, subject: str, origin: Origin) -> Opened:
        """An open session for whom the provider vouched; raises NotLinked, which is recorded."""
        opened = await self._sessions.open_vouched(
            lambda tx: _person(tx, issuer, subject), origin, by=issuer
        )
        if opened is None:
            await self.refused("not linked", origin, subject=subject)
            raise NotLinked(subject)
        return opened

    async def prove(
        self, issuer: str, subject: str, session_id: str, since: datetime, origin: Origin
    ) -> None:
        """The owner of the session signed in anew at the provider, at `since`; for some minutes
        from then what is dangerous may be done. Raises ProviderRefused, which is recorded."""
        done = await self._sessions.prove_vouched(
            lambda tx: _person(tx, issuer, subject), session_id, since, origin, by=issuer
        )
        if not done:
            await self.refused("another person", origin, subject=subject, proving=True)
            raise ProviderRefused("another person")

    async def refused(
        self, why: str, origin: Origin, *, subject: str = "", proving: bool = False
    ) -> None:
        """Write down that a provider's answer let nobody in, and why."""
        event = Event(
            kind=PROVING_REFUSED if proving else SIGN_IN_REFUSED,
            subject="unknown",
            actor=DOOR,
            at=self._clock.now(),
            data={
                "why": storable(why)[:100],
                "identity": storable(subject)[:_LONGEST_SUBJECT],
                **told(origin),
            },
        )
        await self._database.write(lambda tx: tx.record(event))


def _person(tx: Transaction, issuer: str, subject: str) -> Person | None:
    held = store.identity_of(tx.connection, issuer, subject)
    return None if held is None else organisations.get_person(tx.connection, held.person_id)


def _check(issuer: str, subject: str) -> None:
    if not issuer.startswith(("https://", "http://")) or len(issuer) > _LONGEST_ISSUER:
        raise InvalidInput(
            Words("发行方须是网址", "the issuer must be an address"),
            field="issuer",
            remedy=Words("填身份平台的 issuer 网址", "give the provider's issuer address"),
        )
    if not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
        raise InvalidInput(
            Words("编号须为 1 至 255 个字符", "the subject must have 1 to 255 characters"),
            field="subject",
            remedy=Words("填身份平台给此人的 sub", "give the provider's sub of this person"),
        )
