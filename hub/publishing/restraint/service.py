"""Letting go by hand what a breaker holds back; one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event
from hub.organisations.models import Account
from hub.publishing.events import BREAKER_RELEASED
from hub.publishing.restraint import store
from hub.publishing.restraint.errors import NotHeld
from hub.publishing.restraint.models import OpenBreaker, Scope, keys_over

__all__ = ["Restraint"]


class Restraint:
    """`on_ready` is called when deliveries became ready. Every process learns within a second
    that a breaker is gone; who still fails opens a new one, after as many failures as ever."""

    def __init__(self, database: Database, clock: Clock, on_ready: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._on_ready = on_ready

    async def over(self, account: Account) -> list[OpenBreaker]:
        """The open breakers that hold an account back: its own and its platform's."""
        return (await self._database.read(lambda c: store.breakers_over(c, [account])))[account.id]

    async def held(self, among: Sequence[Account]) -> set[str]:
        """The ids of those that an open breaker holds back."""
        over = await self._database.read(lambda c: store.breakers_over(c, among))
        return {account for account, breakers in over.items() if breakers}

    async def release(self, account: Account, scope: Scope, *, actor: str) -> int:
        """Close the account's own breaker, or its platform's, under which every account at that
        address waits; how many deliveries became ready. Raises NotHeld where none is open."""
        key = next(one for one in keys_over(account) if one[0] is scope)
        at = self._clock.now()

        def work(tx: Transaction) -> int:
            if not store.close_breakers(tx, [key]):
                raise NotHeld(account.id, scope)
            released = store.release_waiting(tx, key, at)
            data = {"channel": account.channel, "scope": scope, "held": key[2]}
            event = Event(
                kind=BREAKER_RELEASED,
                subject=account.id,
                actor=actor,
                at=at,
                data={**data, "released": released},
            )
            tx.record(event)
            return released

        released = await self._database.write(work)
        if released:
            self._on_ready()
        return released
