"""Looking through the stream: pages, one signal, places, and what waits for an analyst."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.kernel.events import Event
from hub.opinion.errors import UnknownIssue, UnknownSignal
from hub.opinion.judging.models import Band
from hub.opinion.stream import store
from hub.opinion.stream.events import SIGNALS_EXPORTED
from hub.opinion.stream.models import Line, Page, PlaceCount, Waiting, Wanted
from hub.organisations.authority.sight import Sight

__all__ = ["MOST_EXPORTED", "Stream"]

MOST_EXPORTED = 50_000
_AT_ONCE = 1_000
_MOST_COPIES = 200


class Stream:
    """Everything is told as far as the `sight` of who asks reaches: signals to those bodies, and
    those that came to none (hotlines and feeds of the whole)."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def page(self, wanted: Wanted, sight: Sight) -> Page:
        return await self._database.read(lambda c: store.page_of(c, wanted, sight))

    async def line(self, signal_id: str, sight: Sight) -> Line:
        """One signal; raises UnknownSignal also for one that is out of sight."""
        found = await self._database.read(lambda c: store.line_of(c, signal_id, sight))
        if found is None:
            raise UnknownSignal(signal_id)
        return found

    async def copies(self, signal_id: str, sight: Sight) -> list[Line]:
        """Near-duplicates of a signal, the oldest first, at most 200 of them."""

        def read(connection: Connection) -> list[Line]:
            ids = store.copies_of(connection, signal_id, _MOST_COPIES)
            found = (store.line_of(connection, one, sight) for one in ids)
            return [one for one in found if one is not None]

        return await self._database.read(read)

    async def waiting(self, sight: Sight) -> Waiting:
        def read(connection: Connection) -> Waiting:
            counts = (store.count_waiting(connection, one, sight) for one in _WAITING)
            return Waiting(*counts)

        return await self._database.read(read)

    async def places(self, since: datetime, until: datetime, sight: Sight) -> list[PlaceCount]:
        """How much was said of each place from `since` to before `until`, the most first."""
        return await self._database.read(lambda c: store.place_counts(c, since, until, sight))

    async def issues_in_sight(self, ids: Collection[str], sight: Sight) -> set[str]:
        """Those of the issues that hold at least one signal in sight."""
        return await self._database.read(lambda c: store.issues_in_sight(c, ids, sight))

    async def require_issues(self, ids: Collection[str], sight: Sight) -> None:
        """Raises UnknownIssue for the first that is out of sight."""
        seen = await self.issues_in_sight(ids, sight)
        for issue_id in ids:
            if issue_id not in seen:
                raise UnknownIssue(issue_id)

    async def export(
        self, wanted: Wanted, sight: Sight, *, actor: str
    ) -> AsyncIterator[tuple[Line, ...]]:
        """All that the filters leave, page by page, at most 50,000 signals. That it was asked for
        is in the audit log, with the filters, before the first page is given."""
        asked = {name: str(value) for name, value in asdict(wanted).items() if value}
        asked = {name: asked[name] for name in asked if name not in ("limit", "after")}
        at = self._clock.now()
        told = Event(kind=SIGNALS_EXPORTED, subject="signals", actor=actor, at=at, data=asked)
        await self._database.write(lambda tx: tx.record(told))
        given, wanted = 0, replace(wanted, limit=_AT_ONCE, after="")
        while given < MOST_EXPORTED:
            page = await self.page(wanted, sight)
            yield page.lines[: MOST_EXPORTED - given]
            given += len(page.lines)
            if not page.next:
                return
            wanted = replace(wanted, after=page.next)


_WAITING = (Band.SUGGESTED, Band.QUEUE)
