"""The index's folder: which generation is current, and a reader that follows it.

    search_home/
      CURRENT        {"generation": …, "fingerprint": …}, replaced atomically
      g…/            one tantivy index each: the current one, or one that is being built
      indexer.lock   who writes the current one
      rebuild.lock   who builds the next one

A reader that has the files of an old generation open keeps them until it looks again.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from tantivy import Index, Order, Query, Searcher

from hub.catalogue.search.documents import FACETS, SCHEMA, fingerprint, id_of, prepare
from hub.catalogue.search.models import Sort

__all__ = ["Found", "Generation", "IndexHome", "Reader", "count", "find", "position_of"]

_LOOK_EVERY_S = 0.2
_MOST_VALUES = 500  # of one facet


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One index in the home; `fingerprint` says how its texts were cut."""

    generation: str
    fingerprint: str

    @property
    def made_alike(self) -> bool:
        """Whether this program cuts questions as the index's texts were cut."""
        return self.fingerprint == fingerprint()


@dataclass(frozen=True, slots=True)
class Found:
    """An item's id and its score, which is 0 without a ranking. `open`: what matched is the text
    that the public sees."""

    item_id: str
    score: float
    open: bool


class IndexHome:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.pointer = path / "CURRENT"

    def current(self) -> Generation | None:
        try:
            return msgspec.json.decode(self.pointer.read_bytes(), type=Generation)
        except FileNotFoundError:
            return None

    def folder(self, generation: Generation) -> Path:
        return self.path / generation.generation

    def create(self) -> Generation:
        """An empty folder for an index that becomes current with `switch`."""
        made = Generation(generation=f"g{secrets.token_hex(6)}", fingerprint=fingerprint())
        self.folder(made).mkdir(parents=True)
        return made

    def switch(self, generation: Generation) -> None:
        """Make it the current one, at once and for good: it is on the disk before its name is."""
        aside = self.pointer.with_suffix(".next")
        with aside.open("wb") as file:
            file.write(msgspec.json.encode(generation))
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self.pointer)

    def sweep(self) -> None:
        """Delete what is neither current nor being built."""
        with self.lock("rebuild") as mine:
            current = self.current()
            if mine and current:
                for folder in self.path.glob("g*"):
                    if folder.name != current.generation:
                        shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def lock(self, name: str) -> Iterator[bool]:
        """Whether this process got the lock; the kernel frees it when the process ends."""
        self.path.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            yield False
            return
        try:
            yield True
        finally:
            os.close(handle)


class Reader:
    """Searches the current generation as it was last committed. Safe in several threads."""

    def __init__(self, home: IndexHome) -> None:
        self.home = home
        self._lock = threading.Lock()
        self._index: Index | None = None
        self._generation: Generation | None = None
        self._seen: tuple[object, object] = (None, None)
        self._looked = 0.0

    @property
    def generation(self) -> Generation | None:
        return self._generation

    def searcher(self) -> Searcher | None:
        """A snapshot at most a fifth of a second old; None while there is no index."""
        with self._lock:
            now = time.monotonic()
            if self._index is None or now - self._looked >= _LOOK_EVERY_S:
                self._look()
                self._looked = now
            return self._index.searcher() if self._index else None

    def refresh(self) -> None:
        """Look at once, as after a commit of one's own."""
        with self._lock:
            self._look()

    def _look(self) -> None:
        pointer = _stamp(self.home.pointer)
        if pointer != self._seen[0] or self._index is None:
            self._generation = self.home.current()
            self._index = self._open()
            self._seen = (pointer, self._committed())
        elif (committed := self._committed()) != self._seen[1]:
            self._index.reload()
            self._seen = (pointer, committed)

    def _open(self) -> Index | None:
        if self._generation is None:
            return None
        index = prepare(Index.open(str(self.home.folder(self._generation))))
        index.config_reader("manual")
        index.reload()
        return index

    def _committed(self) -> object:
        if self._generation is None:
            return None
        return _stamp(self.home.folder(self._generation) / "meta.json")


def find(searcher: Searcher, query: Query, *, offset: int, limit: int, sort: Sort) -> list[Found]:
    """The ids of one page. No stored document is read: the id is in two fast fields."""
    order: dict[str, Any] = {"order_by_field": "dated", "order": Order.Desc}
    chosen = order if sort is Sort.DATE else {}
    hits = searcher.search(query, limit, count=False, offset=offset, **chosen).hits
    places = [address for _, address in hits]
    columns = (searcher.fast_field_values(name, places) for name in ("high", "low", "open"))
    return [
        Found(id_of(int(high or 0), int(low or 0)), 0.0 if chosen else float(score), bool(is_open))
        for (score, _), high, low, is_open in zip(hits, *columns, strict=True)
    ]


def count(searcher: Searcher, query: Query) -> tuple[int, Mapping[str, Sequence[tuple[str, int]]]]:
    """How many items there are, and how many of each facet's values."""
    terms = {name: {"terms": {"field": name, "size": _MOST_VALUES}} for name in FACETS}
    asked = {**terms, "total": {"value_count": {"field": "high"}}}
    answer = searcher.aggregate(query, asked)
    facets = {
        name: [(_value(bucket["key"]), int(bucket["doc_count"])) for bucket in found["buckets"]]
        for name in FACETS
        if (found := answer[name])
    }
    return int(answer["total"]["value"]), facets


def position_of(searcher: Searcher) -> int:
    """The change up to which the index goes; 0 for an empty one."""
    query = Query.term_query(SCHEMA, "marker", "position", "basic")
    hits = searcher.search(query, 1, count=False).hits
    values = searcher.fast_field_values("position", [address for _, address in hits])
    return int(values[0] or 0) if values else 0


def _value(key: object) -> str:
    return str(int(key)) if isinstance(key, float) else str(key)


def _stamp(path: Path) -> object:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino
