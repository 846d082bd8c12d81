"""What may be done with lists of the key areas; one transaction each.

A version becomes public in one way only: an item of the same body carries its hash among its
content, three people sign that item (hub.review) and the body's site takes it (hub.publishing).
Nothing here can make anything public.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from hub.catalogue.keyareas import carrying, rules, store
from hub.catalogue.keyareas.changes import differences
from hub.catalogue.keyareas.errors import ListMoved, UnknownList, UnknownVersion
from hub.catalogue.keyareas.forms import find_form
from hub.catalogue.keyareas.importing import read_file, read_given
from hub.catalogue.keyareas.models import (
    Adjustment,
    Change,
    Entry,
    KeyList,
    ListKey,
    ListVersion,
    ListView,
    Reading,
    VersionView,
)
from hub.catalogue.keyareas.preparing import Order, Prepared, prepare
from hub.catalogue.models import Item
from hub.catalogue.numbering.assigning import Numbering
from hub.kernel.clock import CHINA, Clock
from hub.kernel.database import Database
from hub.kernel.errors import Words
from hub.kernel.ids import IdSource
from hub.organisations.errors import UnknownBody
from hub.organisations.store import bodies_by_code

__all__ = ["KeyAreas"]


class KeyAreas:
    """`actor` is the login of the person who does it, or `system:<part>`; `numbering` is the
    installation's, for items that are entered here."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ids: IdSource,
        numbering: Numbering | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._numbering = numbering or Numbering()

    async def key(self, kind: str, body_code: str, year: int = 0) -> ListKey:
        """Which list that is; raises UnknownKind, UnknownBody."""
        form = find_form(kind)
        found = await self._database.read(lambda c: bodies_by_code(c, [body_code]))
        if body_code not in found:
            raise UnknownBody(body_code)
        return ListKey(kind=form.kind, body_id=found[body_code].id, year=year)

    async def import_file(
        self,
        path: Path,
        key: ListKey,
        *,
        effective_on: date | None = None,
        note: str = "",
        partial: bool = False,
        actor: str,
    ) -> Prepared:
        """Make a file the list's next version: all of it, or nothing and every fault by row.

        With `partial` the file's rows change or add entries, and the others stay. Raises
        UnreadableFile, BadEntry, ListMoved.
        """
        form = find_form(key.kind)
        rows, faults = await asyncio.to_thread(read_file, form, path)
        order = Order(
            key=key,
            rows=rows,
            faults=faults,
            partial=partial,
            effective_on=effective_on,
            note=note,
            actor=actor,
            at=self._clock.now(),
            today=self.today(),
        )
        return await self._prepare(order)

    async def amend(
        self,
        key: ListKey,
        rows: Sequence[Mapping[str, object]] = (),
        *,
        removed: Collection[str] = (),
        effective_on: date | None = None,
        note: str = "",
        actor: str,
    ) -> Prepared:
        """Change single entries over the last version: each row gives a code and the fields to
        change (None empties one), `removed` names the codes that go. Raises BadEntry, ListMoved.
        """
        given, faults = read_given(find_form(key.kind), rows)
        order = Order(
            key=key,
            rows=given,
            faults=faults,
            removed=frozenset(removed),
            partial=True,
            effective_on=effective_on,
            note=note,
            actor=actor,
            at=self._clock.now(),
            today=self.today(),
        )
        return await self._prepare(order)

    async def propose(
        self, version_id: str, *, title: str = "", doc_no: str = "", actor: str
    ) -> Item:
        """Enter an item, still a draft, that tells the changes and carries the version.

        Raises UnknownVersion, NotToBeCarried, InvalidInput.
        """
        at = self._clock.now()
        item_id = self._ids.new(at)
        return await self._database.write(
            lambda tx: carrying.propose(
                tx,
                version_id,
                item_id=item_id,
                title=title,
                doc_no=doc_no,
                actor=actor,
                at=at,
                numbering=self._numbering,
            )
        )

    async def carry(self, version_id: str, item_id: str, *, actor: str) -> Item:
        """Let an item that is there publish the version, once it is signed anew.

        Raises UnknownVersion, UnknownItem, NotToBeCarried.
        """
        at = self._clock.now()
        return await self._database.write(
            lambda tx: carrying.carry(tx, version_id, item_id, actor=actor, at=at)
        )

    async def lists(self, *, kind: str = "", body_id: str = "", year: int = 0) -> list[ListView]:
        """Lists with the number in force today and the last one there is."""
        today = self.today()

        def ask(c: Connection) -> list[ListView]:
            found = store.list_lists(c, kind=kind, body_id=body_id, year=year)
            ids = [one.id for one in found]
            public, last = store.numbers_in_force(c, ids, today), store.last_numbers(c, ids)
            return [
                ListView(list=one, in_force=public.get(one.id), last=last[one.id]) for one in found
            ]

        return await self._database.read(ask)

    async def versions(self, key: ListKey) -> list[VersionView]:
        """Every version and where it stands today, oldest first; raises UnknownList."""
        today = self.today()
        return await self._database.read(lambda c: _views(c, _found(c, key), today))

    async def version(self, key: ListKey, number: int) -> ListVersion:
        """Raises UnknownList, UnknownVersion."""
        return await self._database.read(
            lambda c: store.version_numbered(c, _found(c, key).id, number)
        )

    async def read(self, key: ListKey, *, on: date | None = None) -> Reading:
        """The list as it was in force on a day, today by default: only what is public.

        Raises UnknownList, UnknownVersion when nothing was in force.
        """
        day = on or self.today()

        def ask(c: Connection) -> Reading:
            found = _found(c, key)
            version = store.version_in_force(c, found.id, day)
            if version is None:
                raise UnknownVersion(
                    Words(f"{day} 尚无公开版本", f"no version was public on {day}")
                )
            return _reading(c, found, version)

        return await self._database.read(ask)

    async def read_number(self, key: ListKey, number: int) -> Reading:
        """Any version, public or not: for those who prepare it. Raises UnknownVersion."""

        def ask(c: Connection) -> Reading:
            found = _found(c, key)
            return _reading(c, found, store.version_numbered(c, found.id, number))

        return await self._database.read(ask)

    async def changes(self, key: ListKey, old: int, new: int) -> tuple[Change, ...]:
        """What version `new` changes in version `old`; raises UnknownList, UnknownVersion."""
        form = find_form(key.kind)

        def ask(c: Connection) -> tuple[Change, ...]:
            found = _found(c, key)
            before, after = (
                store.entries_of(c, form, store.version_numbered(c, found.id, number).id)
                for number in (old, new)
            )
            return differences(form, before, after)

        return await self._database.read(ask)

    async def history(self, key: ListKey) -> list[Adjustment]:
        """Every public version in the order they took effect, with its item and what it changed:
        since when, by which document. Raises UnknownList."""
        today = self.today()
        form = find_form(key.kind)

        def ask(c: Connection) -> list[Adjustment]:
            views = _views(c, _found(c, key), today)
            public = [v for v in views if v.carrier is not None and v.carrier.public]
            public.sort(key=lambda v: (v.version.effective_on, v.version.number))
            told: list[Adjustment] = []
            before: tuple[Entry, ...] | None = None
            for view in public:
                entries = store.entries_of(c, form, view.version.id)
                changes = None if before is None else differences(form, before, entries)
                told.append(Adjustment(view=view, changes=changes))
                before = entries
            return told

        return await self._database.read(ask)

    def today(self) -> date:
        """The day it is in China."""
        return self._clock.now().astimezone(CHINA).date()

    async def _prepare(self, order: Order) -> Prepared:
        form = find_form(order.key.kind)
        try:
            return await self._database.write(lambda tx: prepare(tx, form, order, self._ids))
        except IntegrityError as error:
            raise ListMoved(
                Words("刚刚有人编制了另一版", "somebody prepared another version just now"),
                field="version",
                remedy=Words("查看新版后重新导入", "look at it, then import again"),
            ) from error


def _found(connection: Connection, key: ListKey) -> KeyList:
    found = store.find_list(connection, key)
    if found is None:
        form = find_form(key.kind)
        year = str(key.year or "")
        raise UnknownList(
            Words(f"该单位没有{year}{form.words.zh}", f"this body has no {form.words.en} {year}")
        )
    return found


def _views(connection: Connection, found: KeyList, today: date) -> list[VersionView]:
    versions = store.versions_of(connection, found.id)
    return rules.views(versions, store.carriers_of(connection, found.id), today)


def _reading(connection: Connection, found: KeyList, version: ListVersion) -> Reading:
    form = find_form(found.key.kind)
    return Reading(
        list=found,
        version=version,
        carrier=store.carriers_of(connection, found.id).get(version.id),
        entries=store.entries_of(connection, form, version.id),
    )
