"""Builds the index anew beside the old one, in several processes, and puts it in its place.

Each process cuts its share of the items into an index of its own. Their segments are complete and
never change, so joining them is linking their files into one folder and listing them in one
`meta.json`; the number of documents is checked after it.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from hub.catalogue.search import store
from hub.catalogue.search.errors import RebuildRunning
from hub.catalogue.search.index import Generation, IndexHome
from hub.catalogue.search.indexer import IndexWriting
from hub.kernel.database import Database
from hub.kernel.errors import GongkaiError, Words

__all__ = ["Progress", "rebuild"]

_BATCH = 1_000  # items sent to a process at once
_AHEAD = 3  # batches that wait at a process
_WORTH_PROCESSES = 20_000  # items; starting a process takes a second
_HEAP = 512_000_000  # bytes each process keeps of its index before it writes a segment
_META, _MANAGED = "meta.json", ".managed.json"


@dataclass(frozen=True, slots=True)
class Progress:
    done: int
    total: int


class Incomplete(GongkaiError):
    """The parts do not add up: the old index stays."""

    code = "incomplete-index"


async def rebuild(
    database: Database,
    home: IndexHome,
    *,
    processes: int = 2,
    progress: Callable[[Progress], None] | None = None,
) -> Generation:
    """Index every item of the database and switch to the result.

    Readers keep the old index until then. Raises RebuildRunning while another one builds.
    """
    with home.lock("rebuild") as mine:
        if not mine:
            raise RebuildRunning
        position = await database.read(store.newest_change)
        total = await database.read(store.count_items)
        made = home.create()
        count = processes if total >= _WORTH_PROCESSES else 1
        folders = [home.folder(made) / f"part{n}" for n in range(count)]
        documents = await _build(database, folders, total, progress)
        await asyncio.to_thread(_join, folders, home.folder(made), documents, position)
        home.switch(made)
    await asyncio.to_thread(_sweep, home)
    return made


async def _build(
    database: Database,
    folders: Sequence[Path],
    total: int,
    progress: Callable[[Progress], None] | None,
) -> int:
    """Send the items to the processes in turn; how many documents they made."""
    done, turn, after = 0, 0, ""
    with _workers(folders) as workers:
        shares = list(zip(workers, folders, strict=True))
        await asyncio.gather(*(_call(worker, _begin, folder) for worker, folder in shares))
        waiting: list[list[asyncio.Future[None]]] = [[] for _ in shares]
        while rows := await database.read(partial(store.rows_after, after=after, limit=_BATCH)):
            after = rows[-1][0]
            (worker, folder), queue = shares[turn], waiting[turn]
            if len(queue) >= _AHEAD:
                await queue.pop(0)
            queue.append(_call(worker, _put, folder, rows))
            turn = (turn + 1) % len(shares)
            done += len(rows)
            if progress is not None:
                progress(Progress(done, max(total, done)))
        await asyncio.gather(*(future for queue in waiting for future in queue))
        return sum(await asyncio.gather(*(_call(w, _finish, folder) for w, folder in shares)))


def _call(worker: Executor, work: Callable[..., Any], *given: Any) -> asyncio.Future[Any]:
    return asyncio.get_running_loop().run_in_executor(worker, work, *given)


@contextmanager
def _workers(folders: Sequence[Path]) -> Iterator[list[Executor]]:
    """A process for each folder; for a single one a thread, which starts at once."""
    fresh = multiprocessing.get_context("spawn")  # a copy of this one would have its threads' locks
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                ThreadPoolExecutor(1)
                if len(folders) == 1
                else ProcessPoolExecutor(1, mp_context=fresh)
            )
            for _ in folders
        ]


# --- in the workers -------------------------------------------------------------------------

_parts: dict[Path, IndexWriting] = {}  # the open indexes of this process


def _begin(folder: Path) -> None:
    folder.mkdir()
    _parts[folder] = IndexWriting(folder, heap=_HEAP)


def _put(folder: Path, rows: Sequence[store.Raw]) -> None:
    _parts[folder].put(rows)


def _finish(folder: Path) -> int:
    part = _parts.pop(folder)
    part.commit()
    return part.documents


# --- joining --------------------------------------------------------------------------------


def _join(folders: Sequence[Path], whole: Path, documents: int, position: int) -> None:
    """One index of the parts' segments, with its position; the parts' folders are gone then."""
    metas = [msgspec.json.decode((folder / _META).read_bytes()) for folder in folders]
    managed = [msgspec.json.decode((folder / _MANAGED).read_bytes()) for folder in folders]
    for folder in folders:
        for file in folder.iterdir():
            if not file.name.startswith(".") and file.name != _META:
                file.rename(whole / file.name)
    joined = metas[0] | {
        "segments": [segment for meta in metas for segment in meta["segments"]],
        "opstamp": max(meta["opstamp"] for meta in metas),
    }
    _write(whole / _MANAGED, sorted({name for names in managed for name in names}))
    _write(whole / _META, joined)
    writing = IndexWriting(whole)
    if writing.documents != documents:
        raise Incomplete(
            Words(f"应有 {documents} 条，只有 {writing.documents}", "documents are missing")
        )
    writing.commit(position)
    writing.merge()
    for folder in folders:
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


def _write(path: Path, value: Any) -> None:
    with path.open("wb") as file:
        file.write(msgspec.json.encode(value))
        file.flush()
        os.fsync(file.fileno())


def _sweep(home: IndexHome) -> None:
    """Delete the old generation, unless somebody writes it: then that one does, when it leaves."""
    with home.lock("indexer") as unused:
        if unused:
            home.sweep()
