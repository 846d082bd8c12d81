"""What may be done with issues: place signals, read the hot list, merge, verify, look nightly."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, Words
from hub.kernel.events import Event, Kind
from hub.kernel.ids import IdSource
from hub.opinion import events
from hub.opinion.errors import UnknownIssue
from hub.opinion.issues import store
from hub.opinion.issues.heat.listing import HotList
from hub.opinion.issues.models import (
    Burst,
    DayCount,
    HotIssue,
    Issue,
    Spread,
    SpreadBy,
    Suggestion,
    SuggestionKind,
    Verification,
)
from hub.opinion.issues.nightly import Texts, merges, refused_before, splits
from hub.opinion.issues.placing import Memory, Placed, Placement, grown
from hub.opinion.issues.regrouping import store as regrouped
from hub.opinion.issues.watching import watched
from hub.opinion.signals import store as collected
from hub.opinion.signals.models import Signal, SignalEvent

__all__ = ["IssueService"]

_BATCH = 500
_REMEMBERED = 20_000  # signals compared with for repeats after a start
_COMPARED = timedelta(days=60)  # an issue that was silent longer begins anew
_MOST_ISSUES = 5_000
_LOOKED_INTO, _MOST_MEMBERS = 200, 300  # issues and their signals, nightly
_ANYWHERE: Mapping[SpreadBy, str] = {}
_ACTOR = "system:issues"


class IssueService:
    """One process places signals; several may read. `zone` decides which day a signal is of."""

    def __init__(self, *, database: Database, clock: Clock, ids: IdSource, zone: str) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._zone = ZoneInfo(zone)
        self._memory: Memory | None = None
        self._version = ""  # of the groups that are remembered
        self._hot = HotList(clock, self._zone)

    def forget(self) -> None:
        """Read anew what is remembered: another process may have placed signals meanwhile."""
        self._memory = None

    async def place_waiting(self) -> int:
        """Put every judged signal under an issue, 500 to a transaction; how many.

        Raises Conflict when another process has placed one of them at the same moment: nothing of
        the batch is kept, and the next call begins from what the database says.
        """
        done = 0
        while True:
            waiting, version = await self._database.read(
                lambda c: (store.to_place(c, _BATCH), regrouped.version(c))
            )
            if not waiting:
                return done
            if version != self._version:  # issues were merged or split, here or elsewhere
                self._memory = None
            memory = self._memory or await self._remembered()
            ids = self._ids.many(self._clock.now(), len(waiting))
            self._memory = None  # what is remembered is right only if the batch is kept
            placement = await asyncio.to_thread(memory.place, waiting, ids)
            await self._database.write(lambda tx, m=memory, p=placement: self._keep(tx, m, p))  # type: ignore[misc]
            self._memory = memory
            done += len(waiting)

    async def _remembered(self) -> Memory:
        """What the database holds of the last months."""
        since = self._clock.now() - _COMPARED
        memory = Memory(self._zone)

        def read(connection: Connection) -> None:
            texts = store.newest_placed(connection, _REMEMBERED)
            owners = store.issues_of_signals(connection, [signal_id for signal_id, *_ in texts])
            found = store.recent_issues(connection, since, _MOST_ISSUES)
            self._version = regrouped.version(connection)
            memory.load(((one, owners[one], title, text) for one, title, text in texts), found)

        await self._database.read(read)
        return memory

    def _keep(self, tx: Transaction, memory: Memory, placement: Placement) -> None:
        ids = [one.signal.id for one in placement.placed]
        regrouped_since = regrouped.version(tx.connection) != self._version
        if regrouped_since or collected.mark(tx, ids, SignalEvent.PLACED) != len(ids):
            raise Conflict(
                Words("另一进程刚归并过信息", "another process has placed or regrouped signals"),
                field="signals",
                remedy=Words("只在一个进程中归并", "place signals in one process only"),
            )
        by_issue: dict[str, list[Placed]] = {}
        for one in placement.placed:
            by_issue.setdefault(one.issue_id, []).append(one)
        held = store.issues_by_id(tx.connection, list(by_issue.keys() - placement.begun.keys()))
        store.add_members(tx, [_member(one) for one in placement.placed])
        pairs = {(one.issue_id, one.signal.author) for one in placement.placed if one.signal.author}
        store.add_authors(tx, sorted(pairs))
        authors = store.authors_of(tx.connection, list(by_issue))
        found: list[Issue] = []
        counts: list[tuple[str, DayCount]] = []
        for issue_id, placed in by_issue.items():
            changed, days = grown(placement.begun.get(issue_id) or held[issue_id], placed)
            terms = _rounded(memory.clusters.centre(issue_id)) or changed.terms
            found.append(replace(changed, authors=authors.get(issue_id, 0), terms=terms))
            counts += [(issue_id, count) for count in days]
        store.put_issues(tx, found, placement.begun.keys())
        store.add_days(tx, counts)
        self._watch(tx, found, counts)
        data = {"signals": len(ids), "issues": len(by_issue), "begun": len(placement.begun)}
        self._record(tx, events.SIGNALS_PLACED, ids[0], _ACTOR, data)

    def _watch(
        self, tx: Transaction, found: Sequence[Issue], counts: Sequence[tuple[str, DayCount]]
    ) -> None:
        """Look for bursts in the issues that have just grown, on the days on which they grew: what
        bursts is seen when it does, however many issues there are, and also in late records."""
        seen = watched(tx.connection, found, counts)
        store.put_bursts(tx, seen.changed)
        for one in seen.begun:
            data = {"day": one.begun_on.isoformat(), "seen": one.alarm.seen}
            self._record(tx, events.ISSUE_BURST, one.issue_id, _ACTOR, data)

    async def bursts(self, since: date) -> list[tuple[Burst, Issue]]:
        """Bursts that went on on a day from `since` on, in order of their first day, each with its
        issue as it is now."""

        def read(connection: Connection) -> list[tuple[Burst, Issue]]:
            bursts = store.bursts_since(connection, since)
            held = store.issues_by_id(connection, sorted({one.issue_id for one in bursts}))
            return [(one, held[one.issue_id]) for one in bursts]

        return await self._database.read(read)

    async def hot(self, limit: int = 20) -> list[HotIssue]:
        """The hottest issues of the last seven days, each with the parts of its heat.

        Costs the same whatever is stored: only counters per issue and day are read.
        """
        return (await self._database.read(self._hot.lines))[:limit]

    async def issue(self, issue_id: str) -> tuple[Issue, list[DayCount]]:
        """An issue and its counters per day; raises UnknownIssue."""

        def read(connection: Connection) -> tuple[Issue, list[DayCount]]:
            found = _known(connection, issue_id)
            return found, store.days_of(connection, [issue_id], date.min)[issue_id]

        return await self._database.read(read)

    async def days(self, ids: Sequence[str], since: date) -> dict[str, list[DayCount]]:
        """The counters of several issues per day from `since` on, in order."""
        return await self._database.read(lambda c: store.days_of(c, ids, since))

    async def known(self, ids: Sequence[str]) -> dict[str, Issue]:
        """Those of the issues that there are, by their ids."""
        return await self._database.read(lambda c: store.issues_by_id(c, ids))

    async def spread(self, issue_id: str) -> list[Spread]:
        """By which channels and in which places an issue is talked of, each in the order in which
        it was reached; raises UnknownIssue. `members` opens each figure."""

        def read(connection: Connection) -> list[Spread]:
            _known(connection, issue_id)
            return [one for by in SpreadBy for one in store.spread_of(connection, issue_id, by)]

        return await self._database.read(read)

    async def members(
        self,
        issue_id: str,
        *,
        day: date | None = None,
        before: str = "",
        limit: int = 50,
        where: Mapping[SpreadBy, str] = _ANYWHERE,
    ) -> list[Signal]:
        """The signals behind a figure: those of one day, channel or place, or all; the newest
        first."""

        def read(connection: Connection) -> list[Signal]:
            _known(connection, issue_id)
            ids = store.members_of(connection, issue_id, day, before, limit, where)
            found = (collected.get_signal(connection, one) for one in ids)
            return [one for one in found if one is not None]

        return await self._database.read(read)

    async def merge(self, gone: str, kept: str, *, actor: str) -> Issue:
        """An analyst puts one issue into another, with all its figures; the kept one.

        Raises UnknownIssue, and Conflict where one of them is merged already or both are one.
        """

        def change(tx: Transaction) -> Issue:
            one, other = _known(tx.connection, gone), _known(tx.connection, kept)
            if gone == kept or one.merged_into or other.merged_into:
                raise Conflict(
                    Words("不能合并：已并入其他事项或是同一事项", "merged already, or the same"),
                    field="issue",
                )
            store.fold_into(tx, gone, kept)
            authors = store.authors_of(tx.connection, [kept]).get(kept, 0)
            both = _both(other, one, authors)
            store.put_issue(tx, both)
            store.put_issue(tx, replace(one, merged_into=kept, signals=0, copies=0))
            now, own = self._clock.now(), SuggestionKind.MERGE
            regrouped.add_change(tx, self._ids.new(now), own, kept, [gone], actor, now)
            self._record(tx, events.ISSUES_MERGED, kept, actor, {"merged": gone})
            return both

        done = await self._database.write(change)
        self._memory = None  # read anew, with the merged centre
        return done

    async def rumours(self, limit: int = 50) -> list[Issue]:
        """Issues with hearsay that nobody has looked into."""
        return await self._database.read(lambda c: store.rumours(c, limit))

    async def verify(self, issue_id: str, verification: Verification, *, actor: str) -> None:
        """What looking into a rumour found; raises UnknownIssue."""

        def change(tx: Transaction) -> None:
            if not store.set_verification(tx, issue_id, verification):
                raise UnknownIssue(issue_id)
            data = {"verification": verification}
            self._record(tx, events.RUMOUR_VERIFIED, issue_id, actor, data)

        await self._database.write(change)

    async def look_over(self) -> list[Suggestion]:
        """The nightly look: what could be merged or split, kept until the next one."""
        now = self._clock.now()

        def read(connection: Connection) -> tuple[list[Issue], dict[str, Texts]]:
            found = store.recent_issues(connection, now - _COMPARED, _MOST_ISSUES)
            large = sorted(found, key=lambda issue: -issue.signals)[:_LOOKED_INTO]
            texts = {i.id: store.texts_of(connection, i.id, _MOST_MEMBERS) for i in large}
            return found, dict(texts)

        found, texts = await self._database.read(read)
        made = await asyncio.to_thread(lambda: [*merges(found, now), *splits(texts, now)])

        sizes = {issue.id: issue.signals for issue in found}

        def keep(tx: Transaction) -> list[Suggestion]:
            refused = regrouped.refusals(tx.connection)
            open_ones = [one for one in made if not refused_before(one, refused, sizes)]
            store.put_suggestions(tx, open_ones)
            data = {"suggestions": len(open_ones)}
            self._record(tx, events.ISSUES_LOOKED_OVER, "issues", _ACTOR, data)
            return open_ones

        return await self._database.write(keep)

    async def suggestions(self) -> list[Suggestion]:
        return await self._database.read(store.suggestions_of)

    def _record(
        self, tx: Transaction, kind: Kind, subject: str, actor: str, data: Mapping[str, object]
    ) -> None:
        at = self._clock.now()
        tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))


def _known(connection: Connection, issue_id: str) -> Issue:
    found = store.get_issue(connection, issue_id)
    if found is None:
        raise UnknownIssue(issue_id)
    return found


def _member(one: Placed) -> dict[str, object]:
    return {
        "signal_id": one.signal.id,
        "issue_id": one.issue_id,
        "copy_of": one.copy_of,
        "day": one.day,
    }


def _rounded(terms: Mapping[str, float]) -> dict[str, float]:
    return {term: round(weight, 4) for term, weight in terms.items()}


def _both(kept: Issue, gone: Issue, authors: int) -> Issue:
    terms = {
        term: round(kept.terms.get(term, 0.0) + gone.terms.get(term, 0.0), 4)
        for term in kept.terms.keys() | gone.terms.keys()
    }
    hearsay = {kept.verification, gone.verification} - {Verification.NONE}
    settled = kept.verification if kept.verification is not Verification.NONE else None
    return replace(
        kept,
        first_at=min(kept.first_at, gone.first_at),
        last_at=max(kept.last_at, gone.last_at),
        signals=kept.signals + gone.signals,
        copies=kept.copies + gone.copies,
        undated=kept.undated + gone.undated,
        rumours=kept.rumours + gone.rumours,
        authors=authors,
        verification=settled or next(iter(hearsay), Verification.NONE),
        terms=terms,
    )
