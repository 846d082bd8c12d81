"""What people do with notices: look at them, send one again, see whom a release would reach."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from hub.conversation.notices import events, store
from hub.conversation.notices.errors import NotToBeRetried, UnknownNotice
from hub.conversation.notices.models import Notice, NoticeMessage, NoticeState
from hub.conversation.notices.rules import Manners
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event

__all__ = ["Notices"]

_KEPT = timedelta(days=180)
_BATCH = 5_000
_ACTOR = "system:notices"


class Notices:
    """One transaction each."""

    def __init__(self, database: Database, clock: Clock, manners: Manners) -> None:
        self._database = database
        self._clock = clock
        self._manners = manners

    async def find(
        self,
        *,
        states: Collection[NoticeState] = (),
        item_id: str = "",
        account_id: str = "",
        limit: int = 50,
    ) -> list[Notice]:
        """The newest notices; every condition given narrows the choice."""
        return await self._database.read(
            lambda c: store.find(
                c, states=states, item_id=item_id, account_id=account_id, limit=limit
            )
        )

    async def show(self, notice_id: str) -> tuple[Notice, NoticeMessage | None]:
        """A notice, and the message that it went in last; raises UnknownNotice."""
        found = await self._database.read(lambda c: store.get(c, notice_id))
        if found is None:
            raise UnknownNotice(notice_id)
        return found, await self._database.read(lambda c: store.message(c, found.message_id))

    async def tally(self) -> dict[str, int]:
        """How many notices are in each state."""
        return await self._database.read(store.tally)

    async def retry(self, notice_id: str, *, actor: str) -> Notice:
        """A person has made sure that it did not arrive, or that it may arrive twice: it is sent
        again, under the same checks as any other. Raises UnknownNotice, NotToBeRetried."""
        now = self._clock.now()

        def work(tx: Transaction) -> Notice:
            known = store.get(tx.connection, notice_id)
            if known is None:
                raise UnknownNotice(notice_id)
            if not store.retry(tx, notice_id, now, now + self._manners.expires_after):
                raise NotToBeRetried(known.state)
            data = {"was": known.state, "reason": known.reason}
            kind = events.RETRIED
            tx.record(Event(kind=kind, subject=notice_id, actor=actor, at=now, data=data))
            found = store.get(tx.connection, notice_id)
            if found is None:
                raise UnknownNotice(notice_id)
            return found

        return await self._database.write(work)

    async def prune(self) -> int:
        """Delete what was settled half a year ago, and addresses of people who ask for nothing
        any more; how many notices. Meant to be called every hour."""
        now = self._clock.now()

        def work(tx: Transaction) -> int:
            count, contacts = store.prune(tx, now - _KEPT, _BATCH), store.prune_contacts(tx, now)
            if count or contacts:
                data = {"notices": count, "contacts": contacts}
                kind = events.PRUNED
                tx.record(Event(kind=kind, subject="notices", actor=_ACTOR, at=now, data=data))
            return count

        return await self._database.write(work)
