"""What may be done with tokens; one transaction each."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace

from hub.kernel.clock import Clock
from hub.kernel.columns import storable
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.organisations import store as organisations
from hub.organisations.models import Person
from hub.organisations.tokens import events, rules, store
from hub.organisations.tokens.errors import TokenRefused
from hub.organisations.tokens.models import PER_MINUTE, IssuedToken, Token, TokenHolder
from hub.organisations.tokens.scopes import USUAL_SCOPES, Scope

__all__ = ["Tokens"]

_DOOR = "system:staff-api"
_LONGEST = 64


class Tokens:
    """`actor` is the login of the person who does it; `random(n)` gives n unguessable bytes."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ids: IdSource,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._random = random

    async def issue(
        self,
        login: str,
        label: str,
        *,
        actor: str,
        days: int = rules.DEFAULT_DAYS,
        scopes: frozenset[Scope] = USUAL_SCOPES,
        per_minute: int = PER_MINUTE,
    ) -> IssuedToken:
        """A new token for an active person; its secret is in the answer and nowhere else. `scopes`
        are what it may be used for at most, `per_minute` how many requests it may make.

        Raises InvalidInput, UnknownPerson.
        """
        rules.check_token(label, days, scopes, per_minute)
        at = self._clock.now()
        secret = rules.secret_of(self._random(rules.SECRET_BYTES))
        digest = rules.digest_of(secret)
        if digest is None:  # another source of randomness was too short
            raise ValueError("a token needs 32 random bytes")

        def work(tx: Transaction) -> Token:
            token = Token(
                id=self._ids.new(at),
                person_id=organisations.person_by_login(tx.connection, login).id,
                label=label.strip(),
                created_by=actor,
                created_at=at,
                expires_at=rules.expiry(at, days),
                digest=digest,
                scopes=scopes,
                per_minute=per_minute,
            )
            store.add_token(tx, token)
            data = {
                "token": token.id,
                "label": token.label,
                "expires_at": token.expires_at,
                "scopes": sorted(scopes),
                "per_minute": per_minute,
            }
            kind, subject = events.TOKEN_ISSUED, token.person_id
            tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))
            return token

        return IssuedToken(token=await self._database.write(work), secret=secret)

    async def of(self, login: str) -> list[Token]:
        """Every token of a person, those that no longer work included; raises UnknownPerson."""
        return await self._database.read(
            lambda c: store.tokens_of(c, organisations.person_by_login(c, login).id)
        )

    async def revoke(self, token_id: str, *, actor: str) -> Token:
        """It stops working at once; again changes nothing. Raises UnknownToken."""
        at = self._clock.now()

        def work(tx: Transaction) -> Token:
            token = store.get_token(tx.connection, token_id)
            if not store.revoke_token(tx, token_id, actor, at):
                return token
            data = {"token": token_id, "label": token.label}
            kind, subject = events.TOKEN_REVOKED, token.person_id
            tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))
            return replace(token, revoked_at=at, revoked_by=actor)

        return await self._database.write(work)

    async def get(self, token_id: str) -> Token:
        """Raises UnknownToken."""
        return await self._database.read(lambda c: store.get_token(c, token_id))

    async def owner(self, secret: str) -> Person:
        """Whose token it is; raises TokenRefused."""
        return (await self.holder(secret)).person

    async def holder(self, secret: str) -> TokenHolder:
        """The token and whose it is, and its day of use is noted; raises TokenRefused."""
        if (digest := rules.digest_of(secret)) is None:
            raise TokenRefused("malformed" if secret else "missing")
        now = self._clock.now()
        holder = await self._database.read(lambda c: store.holder_of(c, digest))
        if holder is None:
            raise TokenRefused("unknown")
        token, person = holder.token, holder.person
        if why := rules.why_refused(holder, digest, now):
            raise TokenRefused(why, token.id, person.login)
        day = now.date()
        if token.last_used_on is None or token.last_used_on < day:
            await self._database.write(lambda tx: store.note_use(tx, token.id, day), audited=False)
        return holder

    async def record_refused(self, error: TokenRefused, *, address: str, attempt: str) -> None:
        """Write down who knocked in vain: where from, for what, never with what."""
        event = Event(
            kind=events.TOKEN_REFUSED,
            subject=error.token_id or "unknown",
            actor=error.login or _DOOR,
            at=self._clock.now(),
            data={
                "why": error.why,
                "address": storable(address)[:_LONGEST],
                "attempt": storable(attempt)[:_LONGEST],
            },
        )
        await self._database.write(lambda tx: tx.record(event))
