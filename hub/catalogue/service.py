"""What may be done with items, pictures and files; one transaction each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from hub.catalogue import events, rules, searching, store
from hub.catalogue.attachments import store as files
from hub.catalogue.attachments.errors import UnknownAttachment
from hub.catalogue.attachments.inspection import inspect
from hub.catalogue.attachments.models import Attachment, Kept
from hub.catalogue.classification import store as classification
from hub.catalogue.classification.models import ThemeList
from hub.catalogue.classification.rules import check_themes, themes_of
from hub.catalogue.editing import edit_item, enter_item
from hub.catalogue.errors import StaleVersion
from hub.catalogue.importing import ImportReport, Landing, landed_batches
from hub.catalogue.models import Filter, Item, ItemDraft, Picture, Validity
from hub.catalogue.numbering.assigning import Numbering
from hub.catalogue.pictures import inspect_picture
from hub.catalogue.relations.models import Relation
from hub.catalogue.relations.store import relations_of
from hub.catalogue.validity.changing import change_validity
from hub.catalogue.validity.models import ValidityChange
from hub.catalogue.validity.store import changes_of
from hub.catalogue.variants.models import Variant
from hub.catalogue.variants.rules import with_variant
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import InvalidInput, Words
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.organisations import store as organisations

__all__ = ["Catalogue"]

_PAGE = 500  # items read at a time


class Catalogue:
    """`actor` is the login of the person who does it, or `system:<part>`."""

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

    async def add(self, draft: ItemDraft, *, actor: str) -> Item:
        """Enter an item. Raises InvalidInput, UnknownBody, UnknownPicture, KeyTaken, IndexTaken."""
        item_id, at = self._new_id(), self._clock.now()

        def work(tx: Transaction) -> Item:
            return enter_item(
                tx, draft, item_id=item_id, actor=actor, at=at, numbering=self._numbering
            )

        return await self._database.write(work)

    async def edit(
        self, item_id: str, draft: ItemDraft, *, actor: str, base_version: int | None = None
    ) -> Item:
        """Replace the content: a new version, whose approvals start anew.

        The same content changes nothing. An item stays with its body and keeps its key.
        Raises StaleVersion when `base_version` is given and no longer current.
        """
        return await self._edit(item_id, lambda item: draft, actor, base_version)

    async def write_variant(
        self, item_id: str, variant: Variant, *, actor: str, base_version: int | None = None
    ) -> Item:
        """Give a channel, or one account, words of its own in place of the item's; one that says
        nothing takes them away. It is a new version, whose approvals start anew.

        Raises InvalidInput naming the field, UnknownAccount, and StaleVersion as `edit`."""
        if variant.account_id:
            await self._database.read(lambda c: _check_account(c, variant))

        def written(item: Item) -> ItemDraft:
            told = with_variant(item.variants, variant)
            return replace(rules.draft_of(item), variants=told)

        return await self._edit(item_id, written, actor, base_version)

    async def add_picture(self, item_id: str, data: bytes, *, alt: str = "", actor: str) -> Item:
        """Check and keep a picture and append it to the item; raises BadPicture."""
        picture = await self.store_picture(data, alt=alt, actor=actor)

        def with_picture(item: Item) -> ItemDraft:
            others = tuple(p for p in item.pictures if p.sha256 != picture.sha256)
            return replace(rules.draft_of(item), pictures=(*others, picture))

        return await self._edit(item_id, with_picture, actor, None)

    async def store_picture(self, data: bytes, *, alt: str = "", actor: str) -> Picture:
        """Check a picture and keep it under its hash; the same one again changes nothing."""
        picture = await asyncio.to_thread(inspect_picture, data, alt)
        at = self._clock.now()

        def work(tx: Transaction) -> None:
            if store.put_picture(tx, picture, data):
                about = {"sha256": picture.sha256, "size": picture.size}
                kind, subject = events.PICTURE_STORED, picture.sha256
                tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=about))

        await self._database.write(work)
        return picture

    async def attach(self, item_id: str, name: str, data: bytes, *, actor: str) -> Item:
        """Look into a file, keep it and add it to the item, in the place of what has its name.

        Raises BadAttachment and its kin for a file that nobody may publish, UnknownItem. What
        hides in the file refuses nothing yet: it stands among the findings at submission.
        """
        new = await self.store_attachment(name, data, actor=actor)

        def with_file(item: Item) -> ItemDraft:
            held = rules.with_attachment(item.attachments, new)
            return replace(rules.draft_of(item), attachments=held)

        return await self._edit(item_id, with_file, actor, None)

    async def store_attachment(self, name: str, data: bytes, *, actor: str) -> Attachment:
        """Look into a file and keep it under its hash; the same one again changes nothing.

        Raises BadAttachment and its kin."""
        found = await inspect(name, data)
        new, at = found.attachment, self._clock.now()

        def work(tx: Transaction) -> None:
            if files.put_file(tx, found, data):
                about = {"sha256": new.sha256, "size": new.size, "media_type": new.media_type}
                kind, subject = events.ATTACHMENT_STORED, new.sha256
                tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=about))

        await self._database.write(work)
        return new

    async def detach(self, item_id: str, name: str, *, actor: str) -> Item:
        """Take the file of that name, or with that SHA-256, off the item; what was published with
        it stays so. Raises UnknownItem, UnknownAttachment."""

        def without(item: Item) -> ItemDraft:
            rest = tuple(a for a in item.attachments if name not in (a.name, a.sha256))
            if len(rest) == len(item.attachments):
                raise UnknownAttachment(name)
            return replace(rules.draft_of(item), attachments=rest)

        return await self._edit(item_id, without, actor, None)

    async def attachments(self, item_id: str, version: int | None = None) -> Sequence[Kept]:
        """The files of the current or another version, with what hides in them; UnknownItem."""

        def work(connection: Connection) -> Sequence[Kept]:
            item = (
                store.get_item(connection, item_id)
                if version is None
                else store.get_version(connection, item_id, version)
            )
            return files.kept_of(connection, item.attachments)

        return await self._database.read(work)

    async def get(self, item_id: str) -> Item:
        """The current version; raises UnknownItem."""
        return await self._database.read(lambda c: store.get_item(c, item_id))

    async def find(self, body_id: str, external_key: str) -> Item | None:
        return await self._database.read(lambda c: store.item_by_key(c, body_id, external_key))

    async def list(self, wanted: Filter | None = None) -> list[Item]:
        """Newest first. The theme may be named as on entry; raises InvalidInput for an unknown
        one. Validity is that of today."""
        asked = replace(wanted or Filter(), today=self.today())

        def work(connection: Connection) -> list[Item]:
            if not asked.theme:
                return searching.list_items(connection, asked)
            theme = themes_of(classification.current_themes(connection)).resolved(asked.theme)
            return searching.list_items(connection, replace(asked, theme=theme))

        return await self._database.read(work)

    async def by_doc_no(self, text: str) -> Sequence[Item]:
        """The items whose document number `text` is or holds, in any typing."""
        return await self._database.read(lambda c: searching.items_by_doc_no(c, text))

    async def version(self, item_id: str, version: int) -> Item:
        """The item as any of its versions has it; raises UnknownItem."""
        return await self._database.read(lambda c: store.get_version(c, item_id, version))

    def today(self) -> date:
        """The day it is where the installation is."""
        return self._numbering.today(self._clock.now())

    async def set_validity(
        self,
        item_id: str,
        validity: Validity,
        *,
        actor: str,
        since: date | None = None,
        by_item_id: str = "",
        basis: str = "",
    ) -> Item:
        """Decide that an item is repealed, superseded, amended, expired, or in force after all,
        from `since` (today) on. No version changes: what was published stays readable, and says
        how it stands. Raises UnknownItem, ValidityRefused.
        """
        at, day = self._clock.now(), since or self.today()

        def work(tx: Transaction) -> Item:
            item = store.lock_item(tx, item_id)
            return change_validity(
                tx,
                item,
                validity,
                since=day,
                actor=actor,
                at=at,
                by_item_id=by_item_id,
                basis=basis,
            )

        return await self._database.write(work)

    async def history(self, item_id: str) -> Sequence[ValidityChange]:
        """Every decision about the item's validity, oldest first."""
        return await self._database.read(lambda c: changes_of(c, item_id))

    async def relations(self, item_id: str) -> Sequence[tuple[Relation, Item]]:
        """Each relation of the item, with the item on its other side."""

        def work(connection: Connection) -> Sequence[tuple[Relation, Item]]:
            return [
                (
                    one,
                    store.get_item(
                        connection, one.other_id if one.item_id == item_id else one.item_id
                    ),
                )
                for one in relations_of(connection, item_id)
            ]

        return await self._database.read(work)

    async def pages(self, *, everything: bool = False) -> AsyncIterator[Sequence[Item]]:
        """All items as the public sees them, or `everything` in its current version, by id."""
        after = ""
        while page := await self._database.read(
            partial(searching.page_of, after=after, limit=_PAGE, everything=everything)
        ):
            after = page[-1].id
            yield page

    async def changes(self, since: int) -> AsyncIterator[tuple[int, Item | None, Item]]:
        """(seq, what the public sees, the item) for each item that changed after event `since`,
        each once, as it is now, in the order of its last change."""
        while found := await self._database.read(partial(store.changes_after, seq=since)):
            last = {change.item_id: change.seq for change in found}
            for item_id, seq in sorted(last.items(), key=lambda pair: pair[1]):
                shown = await self._database.read(partial(store.public_item, item_id=item_id))
                yield seq, shown, await self.get(item_id)
            since = found[-1].seq

    async def themes(self) -> ThemeList:
        """The list in force."""
        return await self._database.read(classification.current_themes)

    async def import_themes(self, listed: ThemeList, *, actor: str) -> ThemeList:
        """Make `listed` the list in force, as its next version; the one in force again changes
        nothing. Items keep the themes they have. Raises InvalidInput."""
        for problem in check_themes(listed):
            raise problem
        at = self._clock.now()

        def work(tx: Transaction) -> ThemeList:
            held = classification.current_themes(tx.connection)
            if (held.source, held.themes) == (listed.source, listed.themes):
                return held
            version = held.version + 1
            new = replace(listed, version=version, imported_by=actor, imported_at=at)
            classification.add_themes(tx, new)
            data = {"source": new.source, "themes": len(new.themes)}
            kind, subject = events.THEMES_IMPORTED, f"themes:{version}"
            tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))
            return new

        return await self._database.write(work)

    async def versions(self, item_id: str) -> Sequence[tuple[int, str, str, datetime]]:
        """(version, content hash, who, when), oldest first."""
        return await self._database.read(lambda c: store.list_versions(c, item_id))

    async def read(self, sha256: str) -> bytes:
        """The stored bytes with that hash; raises UnknownPicture."""
        return await self._database.read(lambda c: store.read_blob(c, sha256))

    async def import_file(
        self,
        path: Path,
        *,
        actor: str,
        body_code: str = "",
        progress: Callable[[ImportReport], None] | None = None,
    ) -> ImportReport:
        """Import JSON Lines or CSV (plain or gzipped), a workbook, or pages: one, a folder, a zip;
        see `hub.catalogue.importing`.

        Rows that name no body belong to `body_code`. Bad rows are reported and skipped; the
        good ones land once however often the file is imported. `progress` is called after each
        transaction with the report so far. Raises UnreadableFile, UnknownBody.
        """
        landing = Landing(self._database, self._clock, self._ids, actor, self._numbering)
        report = ImportReport()
        async for report in landed_batches(landing, path, body_code):
            if progress is not None:
                progress(report)
        return report

    async def _edit(
        self,
        item_id: str,
        change: Callable[[Item], ItemDraft],
        actor: str,
        base_version: int | None,
    ) -> Item:
        at = self._clock.now()

        def work(tx: Transaction) -> Item:
            old = store.lock_item(tx, item_id)
            if base_version is not None and base_version != old.version:
                raise _stale(old)
            return edit_item(tx, old, change(old), actor=actor, at=at, numbering=self._numbering)

        return await self._database.write(work)

    def _new_id(self) -> str:
        return self._ids.new(self._clock.now())


def _stale(item: Item) -> StaleVersion:
    return StaleVersion(
        Words(f"他人已改到第 {item.version} 版", f"it is at version {item.version} by now"),
        field="base_version",
        remedy=Words("查看新版后再修改", "look at that version, then edit again"),
    )


def _check_account(connection: Connection, variant: Variant) -> None:
    """Raises UnknownAccount, and InvalidInput for an account of another channel."""
    account = organisations.get_account(connection, variant.account_id)
    if account.channel != variant.channel:
        raise InvalidInput(
            Words(
                f"账号“{account.name}”属于渠道 {account.channel}",
                f"'{account.name}' is an account of {account.channel}",
            ),
            field="account",
            remedy=Words("渠道与账号要一致", "name the account's own channel"),
        )
