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
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from hub.catalogue import editing, events, rules, store
from hub.catalogue.classification.rules import Themes, themes_of
from hub.catalogue.classification.store import current_themes
from hub.catalogue.models import Item, ItemDraft, Validity
from hub.catalogue.numbering import store as numbers
from hub.catalogue.numbering.assigning import Numbering, index_taken
from hub.catalogue.reading import RawRow, RowFile, fault
from hub.catalogue.shapes import draft_of_row
from hub.catalogue.validity.changing import change_validity
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import InvalidInput, Words
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.organisations.errors import UnknownBody
from hub.organisations.models import Body
from hub.organisations.store import bodies_by_code, get_body

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

    `faults` holds the first 10,000; `refused` counts every row refused. `remarks` are about rows
    that landed otherwise than they were given, as many of them at most.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    faults: tuple[RowFault, ...] = ()
    remarks: tuple[RowFault, ...] = ()
    form: str = ""
    encoding: str = ""
    position: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class _Good:
    """A row that may land; `digest` says whether it differs from the last import of its key."""

    number: int
    draft: ItemDraft
    content_hash: str
    digest: str

    @property
    def key(self) -> tuple[str, str]:
        return self.draft.body_id, self.draft.external_key


def _good(number: int, draft: ItemDraft) -> _Good:
    digest = content_hash = rules.content_hash(rules.content_of(draft))
    if draft.validity is not Validity.IN_FORCE:
        digest = hashlib.sha256(f"{digest} {draft.validity}".encode()).hexdigest()
    return _Good(number, draft, content_hash, digest)


@dataclass(slots=True)
class _Sorted:
    """The good rows, how many repeat an earlier one word for word, the faults and remarks."""

    good: list[_Good] = field(default_factory=list)
    repeated: int = 0
    faults: list[RowFault] = field(default_factory=list)
    remarks: list[RowFault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Landed:
    """How many rows were added, how many changed an item, and those that could not land."""

    added: int = 0
    updated: int = 0
    faults: Sequence[RowFault] = ()


class _Sieve:
    """Sorts raw rows into good ones and faults, and refuses a key that comes twice."""

    def __init__(
        self, bodies: Mapping[str, tuple[str, str]], default_body: str, themes: Themes
    ) -> None:
        self._bodies = bodies
        self._default = default_body
        self._themes = themes
        self._seen: dict[bytes, tuple[int, bytes]] = {}  # digest of the key → row, of content

    def sort(self, rows: Sequence[RawRow]) -> _Sorted:
        found = _Sorted()
        for row in rows:
            good, wrong, remarks = self._check(row)
            found.faults += [RowFault(row.number, error) for error in wrong]
            if good is not None:
                found.good.append(good)
                found.remarks += [RowFault(row.number, error) for error in remarks]
            found.repeated += good is None and not wrong
        return found

    def _check(
        self, row: RawRow
    ) -> tuple[_Good | None, Sequence[InvalidInput], Sequence[InvalidInput]]:
        if row.fault is not None:
            return None, [row.fault], ()
        read = draft_of_row(row.values, self._bodies, self._default, self._themes)
        if read.draft is None:
            return None, read.faults, ()
        good, wrong = self._once(_good(row.number, read.draft))
        return good, wrong, read.remarks

    def _once(self, good: _Good) -> tuple[_Good | None, list[InvalidInput]]:
        """The row, unless its key came before: with the same content it is no news."""
        content = bytes.fromhex(good.digest)
        key = hashlib.sha256("\n".join(good.key).encode()).digest()
        first, held = self._seen.setdefault(key, (good.number, content))
        if first == good.number:
            return good, []
        return None, [] if held == content else [_doubled(first)]


@dataclass(frozen=True, slots=True)
class Landing:
    """Where and in whose name rows land."""

    database: Database
    clock: Clock
    ids: IdSource
    actor: str
    numbering: Numbering

    async def land(self, rows: Sequence[_Good]) -> _Landed:
        """Put rows into the catalogue in one transaction."""
        if not rows:
            return _Landed()
        at = self.clock.now()
        for last in (*[False] * (_TRIES - 1), True):
            try:
                return await self.database.write(lambda tx: self._land(tx, rows, at))
            except IntegrityError:  # another process lands the same rows: they are there now
                if last:
                    raise
        raise AssertionError("the last try returns or raises")

    def _land(self, tx: Transaction, rows: Sequence[_Good], at: datetime) -> _Landed:
        held = store.held_by_key(tx.connection, [row.key for row in rows])
        fresh: dict[str, list[_Good]] = {}
        for row in rows:
            if row.key not in held:
                fresh.setdefault(row.draft.body_id, []).append(row)
        added, faults = 0, []
        for body_id, new in sorted(fresh.items()):
            free, wrong = _with_free_numbers(tx, body_id, new)
            self._add(tx, get_body(tx.connection, body_id), free, at)
            added += len(free)
            faults += wrong
        changed = [r for r in rows if r.key in held and held[r.key].import_hash != r.digest]
        updated = sum(self._update(tx, held[row.key].id, row, at) for row in changed)
        return _Landed(added, updated, faults)

    def _add(self, tx: Transaction, body: Body, rows: Sequence[_Good], at: datetime) -> None:
        entered = [self._entered(row, at) for row in rows]
        hashes = {item.id: row.digest for item, row in zip(entered, rows, strict=True)}
        kind = events.ITEM_ENTERED
        for item in editing.add_items(tx, body, entered, self.numbering, imported=hashes):
            data = {
                "title": item.title,
                "content_hash": item.content_hash,
                "index_no": item.index_no,
            }
            tx.record(Event(kind=kind, subject=item.id, actor=self.actor, at=at, data=data))

    def _entered(self, row: _Good, at: datetime) -> Item:
        return rules.item_of(
            row.draft,
            item_id=self.ids.new(at),
            version=1,
            by=self.actor,
            at=at,
            digest=row.content_hash,
        )

    def _update(self, tx: Transaction, item_id: str, row: _Good, at: datetime) -> bool:
        """The row becomes the item's next version; what a file cannot give stays, and so does
        the item's index number."""
        old = store.lock_item(tx, item_id)
        draft = replace(row.draft, pictures=old.pictures, carries=old.carries, index_no="")
        new = editing.edit_item(tx, old, draft, actor=self.actor, at=at)
        store.set_import_hash(tx, item_id, row.digest)
        if draft.validity not in (Validity.IN_FORCE, old.validity):  # silence repeals no repeal
            day = self.numbering.today(at)
            new = change_validity(
                tx, new, draft.validity, since=day, actor=self.actor, at=at, basis="导入"
            )
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
    themes = themes_of(await landing.database.read(current_themes))
    sieve = _Sieve({code: (b.id, b.name) for code, b in bodies.items()}, body_code, themes)
    file = await asyncio.to_thread(RowFile, path)
    with contextlib.closing(file):
        report = ImportReport(form=file.form, encoding=file.encoding, size=file.size)
        while True:
            raw, found = await asyncio.to_thread(_next_batch, file, sieve)
            report = _told(report, found, await landing.land(found.good), file.position)
            yield report
            if len(raw) < _BATCH:
                return


def _next_batch(file: RowFile, sieve: _Sieve) -> tuple[list[RawRow], _Sorted]:
    rows = file.take(_BATCH)
    return rows, sieve.sort(rows)


def _told(report: ImportReport, found: _Sorted, landed: _Landed, position: int) -> ImportReport:
    """The report with one more batch in it."""
    same = len(found.good) - landed.added - landed.updated - len(landed.faults)
    faults = [*found.faults, *landed.faults]
    return replace(
        report,
        added=report.added + landed.added,
        updated=report.updated + landed.updated,
        unchanged=report.unchanged + found.repeated + same,
        refused=report.refused + len({f.row for f in faults}),
        faults=(*report.faults, *faults[: _KEPT_FAULTS - len(report.faults)]),
        remarks=(*report.remarks, *found.remarks[: _KEPT_FAULTS - len(report.remarks)]),
        position=position,
    )


def _with_free_numbers(
    tx: Transaction, body_id: str, rows: Sequence[_Good]
) -> tuple[list[_Good], list[RowFault]]:
    """The rows whose index numbers nobody has, and a fault for each of the others."""
    brought = [row.draft.index_no for row in rows if row.draft.index_no]
    seen = set(numbers.taken(tx.connection, body_id, brought)) if brought else set()
    free, wrong = [], []
    for row in rows:
        index_no = row.draft.index_no
        if index_no and index_no in seen:
            taken = index_taken(index_no)
            error = InvalidInput(taken.words, field=taken.field, remedy=taken.remedy)
            wrong.append(RowFault(row.number, error))
        else:
            free.append(row)
            seen.add(index_no)
    return free, wrong


def _doubled(first: int) -> InvalidInput:
    return fault(
        "key",
        f"外部编号与第 {first} 行相同而内容不同",
        f"the same key as row {first}, with other content",
        Words("每行给一个不重复的编号", "give every row a key of its own"),
    )
