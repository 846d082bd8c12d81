"""What is done about a request that may come again; one transaction each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.ids import IdSource
from hub.organisations.tokens.repeats import store
from hub.organisations.tokens.repeats.errors import AnotherRequest, UnderWay
from hub.organisations.tokens.repeats.models import Answered, Done, Request

__all__ = ["KEPT", "LONGEST", "Repeats"]

KEPT = timedelta(hours=24)
LONGEST = timedelta(minutes=2)  # a request without an answer after so long was cut short
_AT_ONCE, _MOST_TOLD = 500, 100


class Repeats:
    """A key is taken in the very transaction that the request's first change is made in: either
    both are there or neither, also after a crash. So nothing is done twice, and a request that
    changed nothing may be sent again. With it, in each of its transactions, it is kept what the
    request did: who lost the answer is told that."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._ids = IdSource()

    async def before(self, request: Request) -> Answered | None:
        """What the same request was answered, or did, within the last day; None for a new one.

        Raises AnotherRequest where the key stands for something else, UnderWay where its answer
        may still come.
        """
        found = await self.find(request.token_id, request.key)
        if found is None:
            return None
        if found.request.digest != request.digest:
            raise AnotherRequest
        if not found.status and self._clock.now() < found.at + LONGEST:
            raise UnderWay
        return found

    async def find(self, token_id: str, key: str) -> Answered | None:
        """What is known of a key of the last day."""
        since = self._clock.now() - KEPT
        return await self._database.read(lambda c: store.find(c, token_id, key, since))

    def rider(self, request: Request) -> Callable[[Transaction], None]:
        """What takes the key, within the first transaction that changes something, and notes in
        that and every later one what was done. It raises UnderWay, and so takes that change back,
        where somebody else was quicker."""
        claim = self._ids.new(self._clock.now())

        def ride(tx: Transaction) -> None:
            # asked of the database each time: a transaction that took the key may be undone
            at = self._clock.now()
            store.forget(tx, request, at - KEPT)
            if not store.add(tx, request, claim, at):
                raise UnderWay
            done = [Done(kind=one.kind, subject=one.subject) for one in tx.events[:_MOST_TOLD]]
            store.note(tx, request, done, _MOST_TOLD)

        return ride

    async def after(self, request: Request, status: int, kind: str, answer: bytes) -> None:
        """Keep the answer, if the request changed anything."""
        await self._database.write(
            lambda tx: store.keep(tx, request, status, kind, answer), audited=False
        )

    async def purge(self) -> None:
        """Take away what is older than a day."""
        before = self._clock.now() - KEPT
        while (
            await self._database.write(lambda tx: store.purge(tx, before, _AT_ONCE), audited=False)
            == _AT_ONCE
        ):
            pass
