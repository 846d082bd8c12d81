"""Removing from the database what stands, exactly so, in a proved archive."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from hub.kernel.archiving import events, store
from hub.kernel.archiving.errors import NotTheSame
from hub.kernel.archiving.files import lines_of, verify_archive
from hub.kernel.archiving.models import Archive, AuditRange, Kept, Pruned
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import CHAIN_PRUNED, Event, Kind, chain_start, hash_at

__all__ = ["Pruning"]

_AT_ONCE = 500  # records removed in one transaction: others get their turn in between
_EVENTS_AT_ONCE = 5_000

Lines = Sequence[tuple[Any, bytes]]


class Pruning:
    def __init__(self, database: Database, clock: Clock, folder: Path) -> None:
        self._database = database
        self._clock = clock
        self._folder = folder

    async def prune(self, kept: Kept, archive: Archive, actor: str) -> Pruned:
        """Prove the archive's file and remove what it has. May be killed and called again: what is
        gone is gone, what is left is compared anew. Raises BadArchive, NotTheSame."""
        file = self._folder / archive.file
        manifest = await asyncio.to_thread(verify_archive, file, archive.sha256)
        if manifest.audit is not None:
            return await self._prune_chain(kept, archive, manifest.audit, actor)
        await self._told(events.PRUNING, archive, actor, {})
        removed = held = changed = 0
        for lines in lines_of(file, _AT_ONCE):
            work = partial(self._remove, kept=kept, archive=archive, lines=lines)
            counts = await self._database.write(work, audited=False)
            removed, held, changed = (
                removed + counts[0],
                held + counts[1],
                changed + counts[2],
            )
        data = {"removed": removed, "held": held, "changed": changed}
        await self._told(events.PRUNED, archive, actor, data)
        return _outcome(archive, removed, held, changed)

    def _remove(
        self, tx: Transaction, *, kept: Kept, archive: Archive, lines: Lines
    ) -> tuple[int, int, int]:
        """Compare and delete in one transaction: nothing can change in between."""
        names = [column.name for column in kept.table.columns if column.primary_key]
        archived = {tuple(told["row"][name] for name in names): line for told, line in lines}
        there = dict(store.records_with(tx.connection, kept, list(archived)))
        same = [key for key, line in there.items() if archived[key] == line]
        wanted = store.held(tx.connection, kept, [key[0] for key in same])
        free = [key for key in same if key[0] not in wanted]
        removed = store.remove(tx, kept, free) if free else 0
        store.note_pruned(tx, archive, removed, self._clock.now())
        return removed, len(same) - len(free), len(there) - len(same)

    async def _prune_chain(
        self, kept: Kept, archive: Archive, piece: AuditRange, actor: str
    ) -> Pruned:
        """Move the chain's beginning to the end of this piece, then remove what lies before it.

        The boundary is an event of the chain itself, in the first transaction that removes any.
        """
        start, _ = await self._database.read(chain_start)
        if start < piece.last:
            await self._compare(kept, archive, piece)
        data = {"seq": piece.last, "hash": piece.hash} | _named(archive)
        removed = 0
        while True:
            pending = data if start < piece.last else None
            work = partial(self._cut, kept=kept, archive=archive, last=piece.last, actor=actor)
            count = await self._database.write(partial(work, boundary=pending), audited=False)
            start, removed = piece.last, removed + count
            if count == 0:
                return _outcome(archive, removed, 0, 0)

    def _cut(
        self,
        tx: Transaction,
        *,
        kept: Kept,
        archive: Archive,
        last: int,
        actor: str,
        boundary: dict[str, Any] | None,
    ) -> int:
        at = self._clock.now()
        if boundary is not None:
            event = Event(kind=CHAIN_PRUNED, subject="audit", actor=actor, at=at, data=boundary)
            tx.record(event)
        count = store.remove_events(tx, kept, last, _EVENTS_AT_ONCE)
        store.note_pruned(tx, archive, count, at)
        return count

    async def _compare(self, kept: Kept, archive: Archive, piece: AuditRange) -> None:
        """Raise NotTheSame unless the database has exactly these events, and they are the next."""

        def follows(connection: Connection) -> bool:
            start, digest = chain_start(connection)
            ends = hash_at(connection, piece.last) == piece.hash
            return (start, digest) == (piece.first - 1, piece.previous) and ends

        if not await self._database.read(follows):
            raise NotTheSame(archive.file)
        for lines in lines_of(self._folder / archive.file, _AT_ONCE):
            keys = [(told["row"]["seq"],) for told, _ in lines]
            there = await self._database.read(partial(store.records_with, kept=kept, keys=keys))
            if {line for _, line in there} != {line for _, line in lines}:
                raise NotTheSame(archive.file)

    async def _told(self, kind: Kind, archive: Archive, actor: str, data: dict[str, Any]) -> None:
        at = self._clock.now()
        subject = f"{archive.kind}-{archive.month}"
        told = _named(archive) | data

        def work(tx: Transaction) -> None:
            tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=told))

        await self._database.write(work)


def _named(archive: Archive) -> dict[str, Any]:
    return {"file": archive.file, "manifest": archive.sha256}


def _outcome(archive: Archive, removed: int, held: int, changed: int) -> Pruned:
    return Pruned(
        kind=archive.kind,
        month=archive.month,
        part=archive.part,
        removed=removed,
        held=held,
        changed=changed,
    )
