"""Putting good rows into the catalogue, a thousand in one transaction with their checkpoint.

One event names every item that a batch entered and the hash of its content: proof enough of what
came in, at a third of what an event per row costs (docs/decisions: imports are one event a batch).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from hub.catalogue import editing, events, rules, store
from hub.catalogue.imports import Checkpoint, RowFault
from hub.catalogue.models import Item, Validity
from hub.catalogue.numbering import store as numbers
from hub.catalogue.numbering.assigning import Numbering, index_taken
from hub.catalogue.sieving import GoodRow, Sorted
from hub.catalogue.validity.changing import change_validity
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import InvalidInput
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.organisations.store import bodies_by_id

__all__ = ["Landed", "Landing"]

_TRIES = 3
_BESIDE_FILES = ("pictures", "attachments", "variants", "carries")  # no row can give these


@dataclass(frozen=True, slots=True)
class Landed:
    """How many rows were added, how many changed an item, and those that could not land."""

    added: int = 0
    updated: int = 0
    faults: Sequence[RowFault] = ()


@dataclass(frozen=True, slots=True)
class Landing:
    """Where and in whose name rows land."""

    database: Database
    clock: Clock
    ids: IdSource
    actor: str
    numbering: Numbering

    async def land(self, found: Sorted, before: Checkpoint, rows: int) -> tuple[Landed, Checkpoint]:
        """Put a batch into the catalogue in one transaction, with the checkpoint behind its last
        row, number `rows`."""
        at = self.clock.now()

        def work(tx: Transaction) -> tuple[Landed, Checkpoint]:
            landed = self._land(tx, found.good, at)
            after = _after(before, found, landed, rows)
            if tx.events:  # what changed nothing is as quickly read again
                store.keep_checkpoint(tx, after, at)
            return landed, after

        for last in (*[False] * (_TRIES - 1), True):
            try:
                return await self.database.write(work)
            except IntegrityError:  # another process lands the same rows: they are there now
                if last:
                    raise
        raise AssertionError("the last try returns or raises")

    def _land(self, tx: Transaction, rows: Sequence[GoodRow], at: datetime) -> Landed:
        held = store.held_by_key(tx.connection, [row.key for row in rows])
        free, faults = _with_free_numbers(tx, [row for row in rows if row.key not in held])
        self._add(tx, free, at)
        changed = [r for r in rows if r.key in held and held[r.key].import_hash != r.digest]
        updated = sum(self._update(tx, held[row.key].id, row, at) for row in changed)
        return Landed(len(free), updated, faults)

    def _add(self, tx: Transaction, rows: Sequence[GoodRow], at: datetime) -> None:
        """Enter the rows, and record for each body what came into it."""
        drafts = [row.draft for row in rows]
        bodies = bodies_by_id(tx.connection, {draft.body_id for draft in drafts})
        given = self.numbering.numbers(tx, bodies, drafts, at)
        entered = [
            (self._entered(row, item_id, at, index_no), row.content, row.digest)
            for row, item_id, index_no in zip(
                rows, self.ids.many(at, len(rows)), given, strict=True
            )
        ]
        editing.add_items(tx, entered, self.numbering.today(at))
        came: dict[str, list[Item]] = {}
        for item, _, _ in entered:
            came.setdefault(item.body_id, []).append(item)
        for body_id, added in sorted(came.items()):
            data = {
                "items": [item.id for item in added],
                "content_hashes": [item.content_hash for item in added],
                "body": bodies[body_id].code,
            }
            kind = events.ITEMS_IMPORTED
            tx.record(Event(kind=kind, subject=body_id, actor=self.actor, at=at, data=data))

    def _entered(self, row: GoodRow, item_id: str, at: datetime, index_no: str) -> Item:
        return rules.item_of(
            row.draft,
            item_id=item_id,
            version=1,
            by=self.actor,
            at=at,
            index_no=index_no,
            digest=row.content_hash,
        )

    def _update(self, tx: Transaction, item_id: str, row: GoodRow, at: datetime) -> bool:
        """The row becomes the item's next version; what a file cannot give stays, and so does
        the item's index number."""
        old = store.lock_item(tx, item_id)
        kept = {name: getattr(old, name) for name in _BESIDE_FILES}
        draft = replace(row.draft, **kept, index_no="")
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


def _after(before: Checkpoint, found: Sorted, landed: Landed, rows: int) -> Checkpoint:
    same = len(found.good) - landed.added - landed.updated - len(landed.faults)
    refused = {fault.row for fault in (*found.faults, *landed.faults)}
    return replace(
        before,
        rows=rows,
        added=before.added + landed.added,
        updated=before.updated + landed.updated,
        unchanged=before.unchanged + found.repeated + same,
        refused=before.refused + len(refused),
    )


def _with_free_numbers(
    tx: Transaction, rows: Sequence[GoodRow]
) -> tuple[list[GoodRow], list[RowFault]]:
    """The rows whose index numbers nobody has, and a fault for each of the others."""
    brought = [(row.draft.body_id, row.draft.index_no) for row in rows if row.draft.index_no]
    seen = set(numbers.taken(tx.connection, brought))
    free, wrong = [], []
    for row in rows:
        key = (row.draft.body_id, row.draft.index_no)
        if key in seen:
            taken = index_taken(row.draft.index_no)
            error = InvalidInput(taken.words, field=taken.field, remedy=taken.remedy)
            wrong.append(RowFault(row.number, error))
            continue
        free.append(row)
        if row.draft.index_no:
            seen.add(key)
    return free, wrong
