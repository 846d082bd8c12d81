"""What is done about a request that may come again; one transaction each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.organisations.tokens.repeats import store
from hub.organisations.tokens.repeats.errors import AnotherRequest, UnderWay
from hub.organisations.tokens.repeats.models import Answered, Request

__all__ = ["KEPT", "Repeats"]

KEPT = timedelta(hours=24)
_AT_ONCE = 500


class Repeats:
    """A key is taken in the very transaction that the request's first change is made in: either
    both are there or neither, also after a crash. So nothing is done twice, and a request that
    changed nothing may be sent again."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def before(self, request: Request) -> Answered | None:
        """The answer that the same request had within the last day, None for a new one.

        Raises AnotherRequest where the key stands for something else, UnderWay where its answer is
        not there.
        """
        since = self._clock.now() - KEPT
        found = await self._database.read(
            lambda c: store.find(c, request.token_id, request.key, since)
        )
        if found is None:
            return None
        if found.request.digest != request.digest:
            raise AnotherRequest
        if not found.status:
            raise UnderWay
        return found

    def rider(self, request: Request) -> Callable[[Transaction], None]:
        """What takes the key, within the first transaction that changes something. It raises
        UnderWay, and so takes that change back, where somebody else was quicker."""
        taken: list[Request] = []

        def ride(tx: Transaction) -> None:
            if taken:
                return
            at = self._clock.now()
            store.forget(tx, request, at - KEPT)
            if not store.add(tx, request, at):
                raise UnderWay
            taken.append(request)

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
