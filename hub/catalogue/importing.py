"""Importing a file of items: each good row lands once, each bad one is reported with its remedy.

A row is known by (body, external key). The hash of what was imported is kept with the item, so
giving the same file again changes nothing, not even where a person has edited the item since;
a row that differs from the last import becomes a new version.

Every batch leaves a checkpoint for the file's content and destination in its own transaction. An
import that was killed goes on behind it; one that came to its end begins anew.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from hub.catalogue import store
from hub.catalogue.classification.rules import themes_of
from hub.catalogue.classification.store import current_themes
from hub.catalogue.imports import Checkpoint, ImportReport, RowFault
from hub.catalogue.landing import Landed, Landing
from hub.catalogue.reading import RawRow
from hub.catalogue.sieving import Sieve, Sorted
from hub.catalogue.sources import Source, digest_of, open_source
from hub.organisations.errors import UnknownBody
from hub.organisations.store import bodies_by_code

__all__ = ["ImportReport", "Landing", "RowFault", "landed_batches"]

_BATCH = 1_000  # rows per transaction
_KEPT_FAULTS = 10_000


async def landed_batches(
    landing: Landing, path: Path, body_code: str
) -> AsyncIterator[ImportReport]:
    """Read, check and land a batch of rows at a time; yields the report after each.

    While one batch lands, the next is read. Raises UnreadableFile and, for a `body_code` that is
    not known, UnknownBody.
    """
    bodies = await landing.database.read(bodies_by_code)
    if body_code and body_code not in bodies:
        raise UnknownBody(body_code)
    themes = themes_of(await landing.database.read(current_themes))
    known = {code: (body.id, body.name) for code, body in bodies.items()}
    digest = await asyncio.to_thread(digest_of, path, body_code)
    held = await landing.database.read(lambda c: store.checkpoint(c, digest))
    point = held or Checkpoint(digest=digest, rows=0)
    source = await asyncio.to_thread(open_source, path)
    sieve = Sieve(known, body_code, themes)
    with contextlib.closing(source), contextlib.closing(sieve):
        await asyncio.to_thread(source.skip, point.rows)
        async for report in _batches(landing, source, sieve, point):
            yield report
    await landing.database.write(lambda tx: store.drop_checkpoint(tx, digest), audited=False)


async def _batches(
    landing: Landing, source: Source, sieve: Sieve, point: Checkpoint
) -> AsyncIterator[ImportReport]:
    report = ImportReport(
        form=source.form, encoding=source.encoding, size=source.size, resumed_after=point.rows
    )
    following = asyncio.create_task(asyncio.to_thread(_next_batch, source, sieve))
    try:
        while True:
            raw, found, position = await following
            more = len(raw) == _BATCH
            if more:
                following = asyncio.create_task(asyncio.to_thread(_next_batch, source, sieve))
            rows = raw[-1].number if raw else point.rows
            landed, point = await landing.land(found, point, rows)
            report = _told(report, found, landed, point, position)
            yield report
            if not more:
                return
    finally:
        following.cancel()
        # a thread cannot be cancelled: what it reads from must not be closed under it
        await asyncio.gather(following, return_exceptions=True)


def _next_batch(source: Source, sieve: Sieve) -> tuple[list[RawRow], Sorted, int]:
    rows = source.take(_BATCH)
    return rows, sieve.sort(rows), source.position


def _told(
    report: ImportReport, found: Sorted, landed: Landed, point: Checkpoint, position: int
) -> ImportReport:
    """The report with one more batch in it."""
    faults = sorted((*found.faults, *landed.faults), key=lambda fault: fault.row)
    return replace(
        report,
        added=point.added,
        updated=point.updated,
        unchanged=point.unchanged,
        refused=point.refused,
        faults=(*report.faults, *faults[: _KEPT_FAULTS - len(report.faults)]),
        remarks=(*report.remarks, *found.remarks[: _KEPT_FAULTS - len(report.remarks)]),
        position=position,
    )
