"""Finished months into files, and out of the database what a proved file has."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from hub.kernel.archiving import events, store
from hub.kernel.archiving.files import Writing, verify_archive
from hub.kernel.archiving.models import (
    Archive,
    AuditRange,
    Kept,
    Made,
    Manifest,
    Month,
    Pruned,
    Unfinished,
)
from hub.kernel.archiving.pruning import Pruning
from hub.kernel.archiving.store import Range
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import InvalidInput, Words
from hub.kernel.events import Event, chain_head, chain_start, first_since, hash_at, time_at
from hub.kernel.ids import first_at, made_at

__all__ = ["Archiving"]

_AT_ONCE = 500
_AGAIN_AFTER = timedelta(days=30)


class Archiving:
    """`kinds` is what is kept by month, `periods` for how long in the database; archives go to
    `folder`. Months are those of `zone`."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        folder: Path,
        zone: ZoneInfo,
        kinds: Sequence[Kept],
        periods: Mapping[str, timedelta],
    ) -> None:
        self._database = database
        self._clock = clock
        self._folder = folder
        self._zone = zone
        self._kinds = {kind.name: kind for kind in kinds}
        self._periods = periods
        self._pruning = Pruning(database, clock, folder)

    async def archives(self) -> list[Archive]:
        return await self._database.read(store.archives_of)

    async def due(self) -> dict[str, Month]:
        """By kind, the oldest month whose period is over and that is still in the database without
        an archive."""
        found = {}
        for kept in self._kinds.values():
            before = self._before(kept)
            month = await self._database.read(partial(self._oldest, kept))
            if month is not None and month < before:
                found[kept.name] = month
        return found

    async def make_due(self, *, actor: str) -> Made:
        """Archive every month whose period is over."""
        made = [
            await self.make(self._before(kept), actor=actor, kinds=(kept.name,))
            for kept in self._kinds.values()
        ]
        return Made(
            archives=tuple(one for each in made for one in each.archives),
            unfinished=tuple(one for each in made for one in each.unfinished),
        )

    async def make(
        self, before: Month, *, actor: str, kinds: Sequence[str] = (), again: bool = False
    ) -> Made:
        """Archive each month before `before` of the kinds (none named: all) that has no archive.

        A month with something unfinished in it is left. `again` writes what is still there of
        archived months into a further part, for rows that changed since. Raises InvalidInput for
        a month that is not over, or an unknown kind.
        """
        if before > Month.of(self._clock.now(), self._zone):
            raise InvalidInput(
                Words(f"{before} 之前的月份尚未结束", f"months before {before} are not over"),
                field="before",
                remedy=Words("最晚为本月", "this month at the latest"),
            )
        archives: list[Archive] = []
        unfinished: list[Unfinished] = []
        for kept in self._chosen(kinds):
            if kept.chained:
                archives += await self._make_chain(kept, before, actor)
            else:
                await self._make_months(kept, before, actor, again, archives, unfinished)
        return Made(archives=tuple(archives), unfinished=tuple(unfinished))

    async def prune(
        self, *, actor: str, before: Month | None = None, lately: bool = False
    ) -> list[Pruned]:
        """Remove what is archived and whose period is over, after proving each file; with
        `before`, of earlier months only. Without `lately` an archive that was gone through within
        a month is left. Raises BadArchive, NotTheSame."""
        done = []
        for archive in await self.archives():
            kept = self._kinds.get(archive.kind)
            month = Month.read(archive.month)
            if kept is None or archive.pruned >= archive.records or month >= self._before(kept):
                continue
            fresh = archive.pruned_at and self._clock.now() - archive.pruned_at < _AGAIN_AFTER
            if (before is not None and month >= before) or (fresh and not lately):
                continue
            done.append(await self._pruning.prune(kept, archive, actor))
        return done

    def _before(self, kept: Kept) -> Month:
        return Month.of(self._clock.now() - self._periods[kept.name], self._zone)

    def _chosen(self, names: Sequence[str]) -> list[Kept]:
        unknown = [name for name in names if name not in self._kinds]
        if unknown:
            known = ", ".join(self._kinds)
            raise InvalidInput(
                Words(f"没有 {unknown[0]} 这一类", f"there is no kind {unknown[0]}"),
                field="kind",
                remedy=Words(f"可选：{known}", f"one of {known}"),
            )
        return [kept for name, kept in self._kinds.items() if not names or name in names]

    def _oldest(self, kept: Kept, connection: Connection) -> Month | None:
        if kept.chained:
            after = max(chain_start(connection)[0], store.last_seq(connection, kept.name))
            at = time_at(connection, after + 1)
            return None if at is None else Month.of(at, self._zone)
        archived = {one.month for one in store.archives_of(connection, kept.name)}
        since = Month(1970, 1)
        while (month := self._first_month(connection, kept, since)) is not None:
            if str(month) not in archived:
                return month
            since = month.next
        return None

    def _first_month(self, connection: Connection, kept: Kept, since: Month) -> Month | None:
        """The first month from `since` on that has a row."""
        key = store.first_key(connection, kept, first_at(since.begins(self._zone)))
        at = None if key is None else made_at(key)
        return None if at is None else Month.of(at, self._zone)

    async def _make_months(
        self,
        kept: Kept,
        before: Month,
        actor: str,
        again: bool,
        archives: list[Archive],
        unfinished: list[Unfinished],
    ) -> None:
        known = [one.month for one in await self.archives() if one.kind == kept.name]
        since = Month(1970, 1)
        while True:
            look = partial(self._first_month, kept=kept, since=since)
            month = await self._database.read(look)
            if month is None or month >= before:
                return
            if again or str(month) not in known:
                within = (
                    first_at(month.begins(self._zone)),
                    first_at(month.next.begins(self._zone)),
                )
                left = await self._database.read(
                    partial(store.unfinished, kept=kept, within=within)
                )
                if left:
                    unfinished.append(Unfinished(kind=kept.name, month=str(month), rows=left))
                else:
                    part = known.count(str(month)) + 1
                    archives.append(await self._write(kept, month, part, within, actor))
            since = month.next

    async def _make_chain(self, kept: Kept, before: Month, actor: str) -> list[Archive]:
        made: list[Archive] = []
        while True:
            look = partial(self._next_piece, kept=kept)
            found = await self._database.read(look)
            if found is None or found[0] >= before:
                return made
            month, piece = found
            known = [one.month for one in await self.archives() if one.kind == kept.name]
            within = (piece.first, piece.last + 1)
            part = known.count(str(month)) + 1
            made.append(await self._write(kept, month, part, within, actor, piece))

    def _next_piece(self, connection: Connection, kept: Kept) -> tuple[Month, AuditRange] | None:
        """The month after what is archived, with the events numbered up to its end."""
        start, _ = chain_start(connection)
        first = max(start, store.last_seq(connection, kept.name)) + 1
        at = time_at(connection, first)
        if at is None:
            return None
        month = Month.of(at, self._zone)
        last = max(first, first_since(connection, month.next.begins(self._zone)) - 1)
        previous, digest = hash_at(connection, first - 1), hash_at(connection, last)
        return month, AuditRange(first=first, previous=previous, last=last, hash=digest)

    async def _write(
        self,
        kept: Kept,
        month: Month,
        part: int,
        within: Range,
        actor: str,
        piece: AuditRange | None = None,
    ) -> Archive:
        name = f"{kept.name}-{month}" + (f".{part}" if part > 1 else "")
        writing = await asyncio.to_thread(Writing, self._folder, name)
        try:
            after = None
            while True:
                look = partial(store.records_in, kept=kept, within=within, after=after)
                found = await self._database.read(partial(look, limit=_AT_ONCE))
                lines = [line for _, line in found]
                await asyncio.to_thread(writing.add, str(kept.table.name), lines)
                if len(found) < _AT_ONCE:
                    break
                after = found[-1][0]
            size, sha256 = await asyncio.to_thread(writing.end)
        except BaseException:
            with suppress(OSError):
                writing.drop()
            raise
        seq, digest = await self._database.read(chain_head)
        manifest = Manifest(
            format=1,
            kind=kept.name,
            month=str(month),
            part=part,
            since=month.begins(self._zone),
            until=month.next.begins(self._zone),
            made_at=self._clock.now(),
            file=writing.file,
            bytes=size,
            sha256=sha256,
            table=str(kept.table.name),
            records=writing.records,
            rows=dict(writing.rows),
            chain=f"{seq}:{digest}",
            audit=piece,
        )
        return await self._record(manifest, writing, actor)

    async def _record(self, manifest: Manifest, writing: Writing, actor: str) -> Archive:
        sealed = await asyncio.to_thread(writing.write_manifest, manifest)
        await asyncio.to_thread(verify_archive, self._folder / writing.file, sealed)
        archive = Archive(
            kind=manifest.kind,
            month=manifest.month,
            part=manifest.part,
            file=manifest.file,
            sha256=sealed,
            records=manifest.records,
            made_at=manifest.made_at,
            pruned_at=None,
            pruned=0,
        )
        data = {"file": archive.file, "manifest": sealed, "rows": manifest.rows}

        def work(tx: Transaction) -> Archive:
            store.add_archive(tx, archive, manifest.audit.last if manifest.audit else 0)
            subject = f"{archive.kind}-{archive.month}"
            at = manifest.made_at
            tx.record(Event(kind=events.MADE, subject=subject, actor=actor, at=at, data=data))
            return archive

        return await self._database.write(work)
