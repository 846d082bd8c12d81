"""Importing a file of items: each good row lands once, each bad one is reported with its remedy.

A row is known by (body, external key). The hash of what was imported is kept with the item, so
giving the same file again changes nothing, not even where a person has edited the item since;
a row that differs from the last import becomes a new version.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from hub.catalogue import editing, events, rules, store
from hub.catalogue.models import ItemDraft
from hub.catalogue.reading import RawRow, RowFile, fault
from hub.catalogue.shapes import draft_of_row
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import InvalidInput, Words
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.organisations.errors import UnknownBody
from hub.organisations.store import bodies_by_code

__all__ = ["ImportReport", "Landing", "RowFault", "landed_batches"]

_BATCH = 300  # rows per transaction
_KEPT_FAULTS = 10_000
_TRIES = 3


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with row `row`, counted from 1 without the header."""

    row: int
    error: InvalidInput

    def as_dict(self) -> dict[str, object]:
        return {"row": self.row, **self.error.as_dict()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """How far an import came and what it did. `position` of `size` bytes are read.

    `faults` holds the first 10,000; `refused` counts every row refused.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    faults: tuple[RowFault, ...] = ()
    form: str = ""
    encoding: str = ""
    position: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class _Good:
    number: int
    draft: ItemDraft
    digest: str

    @property
    def key(self) -> tuple[str, str]:
        return self.draft.body_id, self.draft.external_key


class _Sieve:
    """Sorts raw rows into good ones and faults, and refuses a key that comes twice."""

    def __init__(self, bodies: Mapping[str, tuple[str, str]], default_body: str) -> None:
        self._bodies = bodies
        self._default = default_body
        self._seen: dict[bytes, tuple[int, bytes]] = {}  # digest of the key → row, of content

    def sort(self, rows: Sequence[RawRow]) -> tuple[list[_Good], int, list[RowFault]]:
        """The good rows, how many repeat an earlier one word for word, and the faults."""
        good, repeated, faults = [], 0, []
        for row in rows:
            found, wrong = self._check(row)
            faults += [RowFault(row.number, error) for error in wrong]
            if found is not None:
                good.append(found)
            repeated += found is None and not wrong
        return good, repeated, faults

    def _check(self, row: RawRow) -> tuple[_Good | None, list[InvalidInput]]:
        if row.fault is not None:
            return None, [row.fault]
        draft, wrong = draft_of_row(row.values, self._bodies, self._default)
        if draft is None:
            return None, wrong
        good = _Good(row.number, draft, rules.content_hash(rules.content_of(draft)))
        content = bytes.fromhex(good.digest)
        key = hashlib.sha256("\n".join(good.key).encode()).digest()
        first, held = self._seen.setdefault(key, (row.number, content))
        if first == row.number:
            return good, []
        return None, [] if held == content else [_doubled(first)]


@dataclass(frozen=True, slots=True)
class Landing:
    """Where and in whose name rows land."""

    database: Database
    clock: Clock
    ids: IdSource
    actor: str

    async def land(self, rows: Sequence[_Good]) -> tuple[int, int]:
        """Put rows into the catalogue in one transaction: how many were added, and changed."""
        if not rows:
            return 0, 0
        at = self.clock.now()
        for last in (*[False] * (_TRIES - 1), True):
            try:
                return await self.database.write(lambda tx: self._land(tx, rows, at))
            except IntegrityError:  # another process lands the same rows: they are there now
                if last:
                    raise
        raise AssertionError("the last try returns or raises")

    def _land(self, tx: Transaction, rows: Sequence[_Good], at: datetime) -> tuple[int, int]:
        held = store.held_by_key(tx.connection, [row.key for row in rows])
        self._add(tx, [row for row in rows if row.key not in held], at)
        changed = [r for r in rows if r.key in held and held[r.key].import_hash != r.digest]
        updated = sum(self._update(tx, held[row.key].id, row, at) for row in changed)
        return len(rows) - sum(row.key in held for row in rows), updated

    def _add(self, tx: Transaction, rows: Sequence[_Good], at: datetime) -> None:
        entered = [
            rules.item_of(
                row.draft,
                item_id=self.ids.new(at),
                version=1,
                by=self.actor,
                at=at,
                digest=row.digest,
            )
            for row in rows
        ]
        store.insert_items(tx, entered, imported=True)
        kind = events.ITEM_ENTERED
        for item in entered:
            data = {"title": item.title, "content_hash": item.content_hash}
            tx.record(Event(kind=kind, subject=item.id, actor=self.actor, at=at, data=data))

    def _update(self, tx: Transaction, item_id: str, row: _Good, at: datetime) -> bool:
        """The row becomes the item's next version; what a file cannot give stays."""
        old = store.lock_item(tx, item_id)
        draft = replace(row.draft, pictures=old.pictures, carries=old.carries)
        new = editing.edit_item(tx, old, draft, actor=self.actor, at=at)
        store.set_import_hash(tx, item_id, row.digest)
        if new is old:  # a person had already made it say the same
            data = {"version": old.version, "content_hash": old.content_hash}
            kind = events.ITEM_CONFIRMED
            tx.record(Event(kind=kind, subject=item_id, actor=self.actor, at=at, data=data))
        return new is not old


async def landed_batches(
    landing: Landing, path: Path, body_code: str
) -> AsyncIterator[ImportReport]:
    """Read, check and land a few hundred rows at a time; yields the report after each.

    Raises UnreadableFile and, for a `body_code` that is not known, UnknownBody.
    """
    bodies = await landing.database.read(bodies_by_code)
    if body_code and body_code not in bodies:
        raise UnknownBody(body_code)
    sieve = _Sieve({code: (b.id, b.name) for code, b in bodies.items()}, body_code)
    file = await asyncio.to_thread(RowFile, path)
    with contextlib.closing(file):
        report = ImportReport(form=file.form, encoding=file.encoding, size=file.size)
        while True:
            raw, (good, repeated, faults) = await asyncio.to_thread(_next_batch, file, sieve)
            added, updated = await landing.land(good)
            room = _KEPT_FAULTS - len(report.faults)
            report = replace(
                report,
                added=report.added + added,
                updated=report.updated + updated,
                unchanged=report.unchanged + repeated + len(good) - added - updated,
                refused=report.refused + len({f.row for f in faults}),
                faults=(*report.faults, *faults[:room]),
                position=file.position,
            )
            yield report
            if len(raw) < _BATCH:
                return


def _next_batch(
    file: RowFile, sieve: _Sieve
) -> tuple[list[RawRow], tuple[list[_Good], int, list[RowFault]]]:
    rows = file.take(_BATCH)
    return rows, sieve.sort(rows)


def _doubled(first: int) -> InvalidInput:
    return fault(
        "key",
        f"外部编号与第 {first} 行相同而内容不同",
        f"the same key as row {first}, with other content",
        Words("每行给一个不重复的编号", "give every row a key of its own"),
    )
