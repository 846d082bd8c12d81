"""Keeps the current index as new as the database: one writer, fed by the catalogue's changes.

The change up to which the index goes is committed in the index itself, together with the
documents, so a process that is killed goes on exactly where its last commit ended: a change is
never lost, and one that is taken twice replaces itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import structlog
from tantivy import Index

from hub.catalogue.search import store
from hub.catalogue.search.documents import SCHEMA, document_of, marker, prepare
from hub.catalogue.search.index import Generation, IndexHome, position_of
from hub.catalogue.store import Change, changes_after
from hub.kernel.database import Database

__all__ = ["IndexWriting", "Indexer"]

_log = structlog.get_logger(__name__)
_CHANGES = 100  # events read at once; an import has hundreds of items in one
_ITEMS = 500  # cut at once
_HEAP = 64_000_000  # bytes, of one writing thread


class IndexWriting:
    """An open index with its one writer. Blocks: call it through a thread."""

    def __init__(self, folder: Path, *, heap: int = _HEAP) -> None:
        exists = Index.exists(str(folder))
        self._index = prepare(Index.open(str(folder)) if exists else Index(SCHEMA, str(folder)))
        self._index.config_reader("manual")
        self._writer = self._index.writer(heap, 1)

    @property
    def position(self) -> int:
        self._index.reload()
        return position_of(self._index.searcher())

    @property
    def documents(self) -> int:
        self._index.reload()
        return self._index.searcher().num_docs

    def put(self, rows: Sequence[store.Raw], ids: Sequence[str] = ()) -> None:
        """Add the items' entries; `ids` names those that the index may have already."""
        for item_id in ids:
            self._writer.delete_documents_by_term("key", item_id)
        for row in rows:
            for entry in store.entries_of(row):
                self._writer.add_document(document_of(entry))

    def commit(self, position: int | None = None) -> None:
        """Make it durable and visible; `position` is the newest change that is in it."""
        if position is not None:
            self._writer.delete_documents_by_term("marker", "position")
            self._writer.add_document(marker(position))
        self._writer.commit()

    def merge(self) -> None:
        """Wait for the merges that are under way; it cannot write after that."""
        self._writer.wait_merging_threads()


class Indexer:
    """Follows the changes into the current generation. One in an installation does: the others
    find its lock taken and do nothing until it is gone."""

    def __init__(self, database: Database, home: IndexHome) -> None:
        self._database = database
        self._home = home
        self._held = ExitStack()
        self._mine = False
        self._generation: Generation | None = None
        self._writing: IndexWriting | None = None
        self._position = 0

    async def follow(self) -> int:
        """Take every change there is into the index; how many there were.

        Meant to be called every second: so often it commits at most, however fast items change.
        """
        if not self._locked():
            return 0
        writing = await asyncio.to_thread(self._open_current)
        taken = 0
        while changes := await self._changes():
            await self._take(writing, changes)
            taken += len(changes)
        return taken

    async def close(self) -> None:
        """Let the index go; what was not committed is taken again next time."""
        self._writing = None
        self._held.close()
        self._mine = False

    def _locked(self) -> bool:
        if not self._mine:
            with ExitStack() as attempt:
                self._mine = attempt.enter_context(self._home.lock("indexer"))
                if self._mine:
                    self._held = attempt.pop_all()
        return self._mine

    def _open_current(self) -> IndexWriting:
        """The current generation, or a first empty one; a rebuild puts another in its place."""
        current = self._home.current()
        if current is None:
            current = self._home.create()
            IndexWriting(self._home.folder(current)).commit(0)
            self._home.switch(current)
        if current == self._generation and self._writing is not None:
            return self._writing
        self._writing = None  # frees the old one's lock and files
        self._writing = writing = IndexWriting(self._home.folder(current))
        self._generation = current
        self._position = writing.position
        self._home.sweep()
        _log.info("search.following", generation=current.generation, position=self._position)
        return writing

    async def _changes(self) -> list[Change]:
        position = self._position
        return await self._database.read(lambda c: changes_after(c, position, _CHANGES))

    async def _take(self, writing: IndexWriting, changes: Sequence[Change]) -> None:
        ids = list(dict.fromkeys(change.item_id for change in changes))
        for start in range(0, len(ids), _ITEMS):
            share = ids[start : start + _ITEMS]
            rows = await self._database.read(partial(store.rows_of, ids=share))
            await asyncio.to_thread(writing.put, rows, share)
        newest = changes[-1].seq
        await asyncio.to_thread(writing.commit, newest)
        self._position = newest
