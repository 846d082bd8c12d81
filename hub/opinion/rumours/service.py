"""Finds clarifications among what is public, and links them with what is said of the same."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import NotFound, Words
from hub.kernel.events import Event
from hub.opinion.issues.models import Issue
from hub.opinion.issues.store import issues_by_id, recent_issues
from hub.opinion.rumours import events, store
from hub.opinion.rumours.models import Clarification, Link, LinkKind, Rumour
from hub.opinion.rumours.rules import Clarifications, terms_of

__all__ = ["Rumours", "open_rumours"]

_ACTOR = "system:rumours"
_LONG_AGO = timedelta(days=730)
_COMPARED = timedelta(days=60)  # issues and signals that a new clarification is compared with
_OVERLAP = timedelta(minutes=10)  # a transaction that ends late shows an earlier time
_LATE = timedelta(days=3)
_SETTLED = timedelta(minutes=1)  # an older id may still become visible
_BATCH, _MOST_KNOWN, _MOST_ISSUES = 1_000, 2_000, 5_000


class Rumours:
    """One look costs little where nothing is new: cursors say how far the last one came."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def look(self) -> int:
        """Link what is new on either side; how many links were made.

        A new clarification is compared with what was said in the last sixty days, everything else
        with what is new. Nothing is called a rumour by this: a link says "about the same".
        """
        now = self._clock.now()
        fresh = await self._gather(now)
        known = await self._database.read(
            lambda c: store.known_clarifications(c, now - _LONG_AGO, _MOST_KNOWN)
        )
        since = now - _COMPARED if fresh else None
        if not known:
            return 0
        index = await asyncio.to_thread(Clarifications, known)
        return await self._issues(index, now, since) + await self._signals(index, now, bool(fresh))

    async def _gather(self, now: datetime) -> int:
        """Note clarifications that became public; how many."""

        def read(connection: Connection) -> list[tuple[str, str, str, datetime]]:
            since = store.cursor(connection, "items") or now - _LONG_AGO
            return store.new_clarifications(connection, since - _OVERLAP, _BATCH)

        rows = await self._database.read(read)
        found = await asyncio.to_thread(_clarifications, rows)
        reached = rows[-1][3] if len(rows) == _BATCH else now

        def keep(tx: Transaction) -> None:
            store.add_clarifications(tx, found)
            store.set_cursor(tx, "items", reached)

        await self._database.write(keep, audited=False)  # derived from the catalogue
        return len(found)

    async def _issues(self, index: Clarifications, now: datetime, since: datetime | None) -> int:
        """Issues that something was said of lately: late records make that some days."""

        def read(connection: Connection) -> list[Issue]:
            begin = since or (store.cursor(connection, "issues") or now - _COMPARED) - _LATE
            return recent_issues(connection, begin, _MOST_ISSUES)

        issues = await self._database.read(read)
        links = await asyncio.to_thread(
            lambda: _links(
                LinkKind.ISSUE, ((one.id, index.of_terms(one.terms)) for one in issues), now
            )
        )
        return await self._keep(links, "issues", now)

    async def _signals(self, index: Clarifications, now: datetime, fresh: bool) -> int:
        """Signals since the last one that was looked at, or of sixty days."""
        after = "" if fresh else await self._database.read(lambda c: store.after(c, "signals"))
        total, since, until = 0, now - _COMPARED, now - _SETTLED
        while rows := await self._database.read(
            lambda c, at=after: store.texts_after(c, at, since, until, _BATCH)  # type: ignore[misc]
        ):
            links = await asyncio.to_thread(
                lambda found=rows: _links(  # type: ignore[misc]
                    LinkKind.SIGNAL,
                    ((one, index.of_text(title, text)) for one, title, text in found),
                    now,
                )
            )
            after = rows[-1][0]
            total += await self._keep(links, "signals", now, after)
        return total

    async def _keep(
        self, links: Sequence[Link], name: str, reached: datetime, after: str = ""
    ) -> int:
        def keep(tx: Transaction) -> int:
            made = store.add_links(tx, links)
            store.set_cursor(tx, name, reached, after)
            if made:
                at, data = self._clock.now(), {"links": made, "of": name}
                kind = events.CLARIFIED
                tx.record(Event(kind=kind, subject=name, actor=_ACTOR, at=at, data=data))
            return made

        return await self._database.write(keep, audited=False)

    async def rumours(self, *, unanswered: bool = False, limit: int = 100) -> list[Rumour]:
        """Issues with hearsay and what answers them; with `unanswered` those that nothing does."""

        found = await self._database.read(lambda c: open_rumours(c, None, limit))
        return [one for one in found if not (unanswered and one.clarification)]

    async def clarification(
        self, kind: LinkKind, subject_id: str
    ) -> tuple[Clarification, float] | None:
        """The clarification that an issue or a signal is flagged with, and how alike they are."""
        found = await self._database.read(lambda c: store.links_of(c, kind, [subject_id]))
        return found.get(subject_id)

    async def refuse(self, kind: LinkKind, subject_id: str, *, actor: str) -> None:
        """They are not about the same; the two are not linked again. Raises NotFound."""
        held = await self.clarification(kind, subject_id)
        if held is None:
            raise NotFound(
                Words(f"{subject_id} 没有关联辟谣信息", f"{subject_id} has no clarification"),
                field="issue",
            )
        item_id = held[0].item_id

        def work(tx: Transaction) -> None:
            store.refuse_link(tx, kind, subject_id, item_id)
            at, data = self._clock.now(), {"item": item_id}
            kind_of = events.LINK_REFUSED
            tx.record(Event(kind=kind_of, subject=subject_id, actor=actor, at=at, data=data))

        await self._database.write(work)


def open_rumours(
    connection: Connection, before: datetime | None = None, limit: int = 100
) -> list[Rumour]:
    """Issues with hearsay that began before then, each with what answers it."""
    ids = store.rumour_ids(connection, before, limit)
    held = issues_by_id(connection, ids)
    links = store.links_of(connection, LinkKind.ISSUE, ids)
    return [
        Rumour(issue=held[one], clarification=link[0], score=link[1])
        if (link := links.get(one))
        else Rumour(issue=held[one], clarification=None)
        for one in ids
    ]


def _clarifications(rows: Sequence[tuple[str, str, str, datetime]]) -> list[Clarification]:
    return [
        Clarification(
            item_id=item_id,
            title=title,
            published_at=at,
            terms={term: round(w, 4) for term, w in terms_of(title, summary).items()},
        )
        for item_id, title, summary, at in rows
    ]


def _links(
    kind: LinkKind, found: Iterable[tuple[str, tuple[str, float]]], now: datetime
) -> list[Link]:
    return [
        Link(kind=kind, subject_id=one, item_id=item_id, score=score, made_at=now)
        for one, (item_id, score) in found
        if item_id
    ]
