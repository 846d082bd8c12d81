"""Searching: a question in, a page out, with what was understood of the question.

What is shown is loaded from the database, so nothing that the public may no longer see is ever in
an answer, however old the index is.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from tantivy import Searcher

from hub.catalogue.attachments.store import texts_of
from hub.catalogue.search import events, index, query, store
from hub.catalogue.search.errors import NoIndex
from hub.catalogue.search.highlighting import Marker
from hub.catalogue.search.index import Found, Generation, IndexHome, Reader, position_of
from hub.catalogue.search.models import (
    FacetCount,
    Hit,
    Page,
    Question,
    Shown,
    Sort,
    Status,
    Synonyms,
    Understood,
)
from hub.catalogue.search.rebuilding import Progress, rebuild
from hub.catalogue.search.suggesting import candidates, chosen
from hub.catalogue.search.synonyms import built_in, synonyms_of
from hub.catalogue.search.understanding import (
    NOBODY,
    Gazetteer,
    checked_question,
    gazetteer,
    understand,
)
from hub.kernel.clock import CHINA, Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event
from hub.organisations.errors import UnknownBody
from hub.organisations.models import Body
from hub.organisations.store import list_bodies

__all__ = ["Listed", "Search"]

T = TypeVar("T")

_KNOWN_FOR_S = 10.0  # how long names and synonyms are remembered
_ROUNDS = 4  # of fetching more, where hits may not be shown
_SPARE = 6  # hits fetched beyond a page, as a second search costs as much as the first
_SUGGESTIONS = 50  # looked at for a handful
_FILES_READ = 40  # of a page's items, for what matched in them


@dataclass(frozen=True, slots=True)
class _Known:
    """What of the database every question is read with."""

    bodies: Sequence[Body]
    names: Gazetteer
    synonyms: Synonyms
    synonyms_version: int


@dataclass(frozen=True, slots=True)
class _Answer:
    found: Sequence[Found]
    understood: Understood
    searcher: Searcher
    asked: query.Asked
    sort: Sort
    shares: Mapping[str, float]  # of the words, where they were asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A page without what of its texts matched: `scores` are those of `items`, `shares` tell of
    each word of the question how many items have it (see `query.shares`)."""

    items: tuple[Shown, ...]
    scores: tuple[float, ...]
    understood: Understood
    shares: Mapping[str, float]
    following: int
    more: bool


class Search:
    """`home` is the folder of the index. Several threads search at once, as many as the machine
    has processors: more would only make all of them slower."""

    def __init__(self, database: Database, clock: Clock, home: Path) -> None:
        self._database = database
        self._clock = clock
        self.home = IndexHome(home)
        self._reader = Reader(self.home)
        self._threads = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="search")
        self._known: _Known | None = None
        self._known_since = 0.0

    def close(self) -> None:
        self._threads.shutdown()

    async def find(self, question: Question) -> Page:
        """The page that the question asks for, best first.

        Any text is allowed: what means nothing finds nothing, and no text at all lists the newest.
        Raises InvalidInput for a page or year out of range, UnknownBody, NoIndex.
        """
        answer, items, following, more = await self._found(question)
        total, facets = await self._run(_counted, answer) if question.facets else (None, {})
        return Page(
            hits=await self._hits(items, answer.understood),
            understood=answer.understood,
            offset=question.offset,
            following=following,
            more=more,
            total=total,
            facets=facets,
        )

    async def items(self, question: Question) -> Listed:
        """The page that `find` gives, without what of its texts matched: a third less work, for
        who reads them closer anyway. Raises as `find` does."""
        answer, items, following, more = await self._found(question, shares=True)
        return Listed(
            items=tuple(item for _, item in items),
            scores=tuple(found.score for found, _ in items),
            understood=answer.understood,
            shares=answer.shares,
            following=following,
            more=more,
        )

    async def suggest(self, text: str, limit: int = 8) -> list[str]:
        """Titles of public items that go on as `text` begins, typed in characters or by sound."""
        found = await self._run(self._candidates, text)
        items = await self._shown([one.item_id for one in found], public_only=True)
        titles = [items[one.item_id].title for one in found if one.item_id in items]
        return chosen(text, titles, limit)

    async def shares(self, words: Sequence[str]) -> Mapping[str, float]:
        """Of each (normalised) word the share of the items that have it; see `query.shares`."""
        return await self._run(self._shares, words)

    async def rebuild(
        self, *, processes: int = 2, progress: Callable[[Progress], None] | None = None
    ) -> Generation:
        """Make the index anew from the database; raises RebuildRunning."""
        return await rebuild(self._database, self.home, processes=processes, progress=progress)

    async def status(self) -> Status:
        known = await self._knowledge()
        newest = await self._database.read(store.newest_change)
        return await self._run(self._status, newest, known.synonyms_version)

    async def synonyms(self) -> tuple[int, Synonyms]:
        """The list that counts and its version; version 0 is the one that comes with the hub."""
        version, own = await self._database.read(store.list_synonyms)
        return version, own if version else built_in()

    async def import_synonyms(self, text: str, *, actor: str) -> tuple[int, Synonyms]:
        """Put a list in TOML in the place of the former; it counts at once. InvalidInput."""
        synonyms, at = synonyms_of(text), self._clock.now()

        def work(tx: Transaction) -> int:
            version = store.add_synonyms(tx, synonyms)
            data = {"version": version, "words": len(synonyms)}
            kind = events.SYNONYMS_IMPORTED
            tx.record(Event(kind=kind, subject="synonyms", actor=actor, at=at, data=data))
            return version

        version = await self._database.write(work)
        self._known = None
        return version, synonyms

    # --- inside -----------------------------------------------------------------------------

    async def _found(
        self, question: Question, *, shares: bool = False
    ) -> tuple[_Answer, list[tuple[Found, Shown]], int, bool]:
        """What was asked, the hits that may be shown, where the next page begins, and whether it
        has any."""
        checked_question(question)
        known = await self._knowledge()
        for understood in _readings(question.text, known):
            answer = await self._run(self._ask, question, understood, known.names, shares)
            if answer.found or await self._has_any(answer, question):
                break
        return answer, *await self._load(question, answer)

    async def _knowledge(self) -> _Known:
        now, known = self._clock.monotonic(), self._known
        if known is None or now - self._known_since > _KNOWN_FOR_S:
            self._known_since = now  # who asks meanwhile takes what is known
            bodies = await self._database.read(list_bodies)
            version, synonyms = await self.synonyms()
            if known is None or bodies != known.bodies or version != known.synonyms_version:
                names = await asyncio.to_thread(gazetteer, bodies)
                known = _Known(bodies, names, synonyms, version)
            self._known = known
        return known

    async def _run(self, work: Callable[..., T], *given: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)

    def _snapshot(self) -> Searcher:
        searcher = self._reader.searcher()
        if searcher is None:
            raise NoIndex
        return searcher

    def _ask(
        self, question: Question, understood: Understood, names: Gazetteer, shares: bool
    ) -> _Answer:
        searcher = self._snapshot()
        wanted = question.narrowing
        body_ids = names.below.get(wanted.body_id)
        if wanted.body_id and body_ids is None:
            raise UnknownBody(wanted.body_id)
        today = self._clock.now().astimezone(CHINA).date()
        asked = query.build(searcher, understood, wanted, body_ids or (), today)
        sort = question.sort if asked.ranked else Sort.DATE
        limit = _fetched(question)
        found = index.find(searcher, asked.query, offset=question.offset, limit=limit, sort=sort)
        known = asked.understood
        words = (*known.words, *known.dropped, *_official(known)) if shares else ()
        return _Answer(found, known, searcher, asked, sort, query.shares(searcher, words))

    async def _load(
        self, question: Question, answer: _Answer
    ) -> tuple[list[tuple[Found, Shown]], int, bool]:
        """The hits that may be shown, where the next page begins, and whether it has any."""
        public = question.narrowing.public_only
        items: list[tuple[Found, Shown]] = []
        found, offset, taken = answer.found, question.offset, set[str]()
        for _ in range(_ROUNDS):
            near, may = _near(found, public, question.limit + 1)
            loaded = await self._shown([one.item_id for one in may], public_only=public)
            for one in near:
                if len(items) == question.limit:
                    return items, offset, True
                offset += 1
                if one in may and one.item_id in loaded and one.item_id not in taken:
                    taken.add(one.item_id)
                    items.append((one, loaded[one.item_id]))
            if len(near) == len(found) < _fetched(question):
                break
            found = await self._run(_fetch, answer, offset, _fetched(question))
        else:
            return items, offset, True  # so many may not be shown that the next page looks on
        return items, offset, False

    async def _hits(
        self, items: Sequence[tuple[Found, Shown]], understood: Understood
    ) -> tuple[Hit, ...]:
        """Hits with what of their texts matched. Files are read of those items only whose own text
        is without something that was looked for."""
        words = (*understood.words, *understood.phrases)
        marker = Marker((*words, *understood.dropped, *_official(understood)))
        with_files = any(item.files for _, item in items)
        some = await self._run(_to_read, items, marker, words) if with_files else []
        texts = await self._database.read(lambda c: texts_of(c, some)) if some else {}
        return await self._run(_marked, items, marker, texts)

    async def _has_any(self, answer: _Answer, question: Question) -> bool:
        """Whether an empty page comes after others."""
        return question.offset > 0 and bool(await self._run(_fetch, answer, 0, 1))

    async def _shown(self, ids: Sequence[str], *, public_only: bool) -> Mapping[str, Shown]:
        return await self._database.read(lambda c: store.shown(c, ids, public_only=public_only))

    def _candidates(self, text: str) -> list[Found]:
        searcher = self._snapshot()
        wanted = candidates(searcher, text)
        if wanted is None:
            return []
        return index.find(searcher, wanted, offset=0, limit=_SUGGESTIONS, sort=Sort.DATE)

    def _shares(self, words: Sequence[str]) -> Mapping[str, float]:
        searcher = self._snapshot()
        return query.shares(searcher, words)

    def _status(self, newest: int, synonyms_version: int) -> Status:
        self._reader.refresh()
        searcher, generation = self._reader.searcher(), self._reader.generation
        if searcher is None or generation is None:
            return Status(ready=False, newest=newest, synonyms_version=synonyms_version)
        files = self.home.folder(generation).iterdir()
        return Status(
            ready=True,
            documents=max(0, searcher.num_docs - 1),  # without the marker
            segments=searcher.num_segments,
            bytes=sum(file.stat().st_size for file in files),
            position=position_of(searcher),
            newest=newest,
            synonyms_version=synonyms_version,
            current_terms=generation.made_alike,
        )


def _readings(text: str, known: _Known) -> Iterator[Understood]:
    """What is asked until something is found: all that the question says, then in any year, then
    everywhere as well."""
    first = understand(text, known.names, known.synonyms)
    yield first
    any_year = bool(first.years)
    if any_year:
        yield understand(text, known.names, known.synonyms, any_year=True)
    if first.places:
        plain = understand(text, NOBODY, known.synonyms, any_year=any_year)
        yield replace(plain, relaxed=True)


def _fetched(question: Question) -> int:
    return question.limit + 1 + _SPARE


def _near(
    found: Sequence[Found], public: bool, most: int
) -> tuple[Sequence[Found], Sequence[Found]]:
    """The hits up to the one that fills a page and tells that there is a next, and those of them
    that may be shown: no more is loaded than that."""
    may = [one for one in found if one.open or not public][:most]
    near = found[: found.index(may[-1]) + 1] if len(may) == most else found
    return near, may


def _fetch(answer: _Answer, offset: int, limit: int) -> Sequence[Found]:
    wanted = answer.asked.query
    return index.find(answer.searcher, wanted, offset=offset, limit=limit, sort=answer.sort)


def _counted(answer: _Answer) -> tuple[int, Mapping[str, tuple[FacetCount, ...]]]:
    total, facets = index.count(answer.searcher, answer.asked.counted)
    return total, {
        name: tuple(FacetCount(value=value, count=count) for value, count in values)
        for name, values in facets.items()
    }


def _to_read(
    items: Sequence[tuple[Found, Shown]], marker: Marker, words: Sequence[str]
) -> list[str]:
    """The files in which what the items' own texts lack may be, of the best hits first."""
    files = dict.fromkeys(
        sha256
        for _, item in items
        if item.files and marker.lacks_any(f"{item.title}\n{item.body}", words)
        for sha256, _ in item.files
    )
    return list(files)[:_FILES_READ]


def _official(understood: Understood) -> list[str]:
    return [word for meant in understood.synonyms.values() for word in meant]


def _marked(
    items: Sequence[tuple[Found, Shown]], marker: Marker, texts: Mapping[str, str]
) -> tuple[Hit, ...]:
    """`texts` are those of files that are looked into, by their SHA-256."""
    return tuple(
        Hit(
            item=item,
            score=found.score,
            title=marker.whole(item.title),
            passage=marker.passage_of(
                item.body, [(sha, name, texts[sha]) for sha, name in item.files if sha in texts]
            ),
        )
        for found, item in items
    )
