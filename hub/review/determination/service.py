"""What may be done with determinations; one transaction each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.review.determination import rules, store
from hub.review.determination.determining import (
    determine_item,
    determine_public,
    enter_starts,
    today,
)
from hub.review.determination.errors import NotDetermined, Undetermined
from hub.review.determination.models import Determination, Proposal, Starts
from hub.review.returning import return_draft

__all__ = ["Determinations"]

_BATCH = 300


class Determinations:
    """`actor` is the login of the person who determines. `reassess_after`: when what is withheld
    is assessed again unless the drafter names a day (Regulation art. 18)."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        reassess_after: timedelta = rules.DEFAULT_REASSESSMENT,
    ) -> None:
        self._database = database
        self._clock = clock
        self._reassess_after = reassess_after

    async def determine(self, item_id: str, proposal: Proposal, *, actor: str) -> Determination:
        """Decide on an item; another decision than before voids what was signed since.

        A proposal with parts missing sends the item back to its drafter, which is recorded.
        Raises Undetermined with the list, InvalidInput, UnknownItem.
        """
        at = self._clock.now()
        if missing := rules.missing_parts(proposal):
            refusal = Undetermined(item_id, missing)
            await self._database.write(lambda tx: return_draft(tx, refusal, actor, at))
            raise refusal

        def work(tx: Transaction) -> Determination:
            return determine_item(tx, item_id, proposal, actor, at, self._reassess_after)

        return await self._database.write(work)

    async def start(
        self, item_id: str, starts: Starts, *, actor: str, reason: str = ""
    ) -> Determination:
        """Enter what starts the item's clock: printed, ended, formed. No signature is voided.

        What was entered before changes only with a `reason`, which is recorded. Raises
        NotDetermined, InvalidInput.
        """
        at = self._clock.now()

        def work(tx: Transaction) -> Determination:
            return enter_starts(tx, item_id, starts, actor, reason.strip(), at)

        return await self._database.write(work)

    async def determine_imported(
        self,
        *,
        reason: str,
        actor: str,
        unit: str = "",
        body_id: str = "",
        since: datetime | None = None,
        progress: Callable[[int], None] = lambda done: None,
    ) -> int:
        """Determine, by rule, imported proactive items that were public before; how many.

        `reason` says where they are public, `unit` is their issuer unless given. Items that have
        a determination keep it, so doing it again changes nothing. A few hundred per transaction.
        """
        after, done = "", 0
        while True:

            def work(tx: Transaction, after: str = after) -> list[str]:
                found = store.undetermined_imports(
                    tx.connection, body_id=body_id, since=since, after=after, limit=_BATCH
                )
                for item_id in found:
                    determine_public(tx, item_id, reason, unit, actor, self._clock.now())
                return found

            found = await self._database.write(work)
            done += len(found)
            progress(done)
            if len(found) < _BATCH:
                return done
            after = found[-1]

    async def get(self, item_id: str) -> Determination:
        """What holds now; raises NotDetermined."""
        found = await self._database.read(lambda c: store.determination_of(c, item_id))
        if found is None:
            raise NotDetermined(item_id)
        return found

    async def history(self, item_id: str) -> list[Determination]:
        """Oldest first."""
        return await self._database.read(lambda c: store.history_of(c, item_id))

    async def due_again(
        self, *, body_id: str = "", within: timedelta = timedelta(0), limit: int = 100
    ) -> list[tuple[Determination, str]]:
        """Withheld items whose periodic assessment (art. 18) is due, with titles, oldest first."""
        day = today(self._clock.now() + within)
        return await self._database.read(
            lambda c: store.list_due_again(c, day, body_id=body_id, limit=limit)
        )
