"""Examines an item's files before the transaction that needs to know, each content once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.catalogue.attachments.models import Attachment
from hub.catalogue.attachments.store import inspected_of
from hub.catalogue.models import Item
from hub.kernel.database import Database, Transaction
from hub.review.checks.admission import Library
from hub.review.checks.errors import NotExamined
from hub.review.checks.files import Examined, ExaminedFile, examine_file, versions_of
from hub.review.checks.wordlists import WordList

__all__ = ["Examiner"]

T = TypeVar("T")

_KEPT = 64  # files
_TRIES = 3


class Examiner:
    """Keeps what it found in the files that were examined last."""

    def __init__(self, database: Database, library: Library) -> None:
        self._database = database
        self._library = library
        self._kept: OrderedDict[object, ExaminedFile] = OrderedDict()

    async def examine(self, item: Item) -> Examined:
        """The item's files, with the word lists that hold now. No transaction is open meanwhile,
        and nothing else waits: it is done in a thread."""
        lists = await self._database.read(self._library.current)
        versions = versions_of(lists)
        made = tuple(sorted(versions.items()))
        files: dict[tuple[str, str], ExaminedFile] = {}
        for file in item.attachments:
            key = (file.sha256, file.name, made)
            held = self._kept.get(key)
            if held is None:
                held = await self._examined(file, lists)
            self._keep(key, held)
            files[file.sha256, file.name] = held
        return Examined(files, versions)

    async def read(self, item_id: str, work: Callable[[Connection, Examined], T]) -> T:
        """As `write`, for what changes nothing."""
        for _ in range(_TRIES - 1):
            with suppress(NotExamined):
                return await self._read(item_id, work)
        return await self._read(item_id, work)

    async def write(self, item_id: str, work: Callable[[Transaction, Examined], T]) -> T:
        """Run `work` in a transaction, with what was found in its item's files before it; once
        more where they, or the word lists, changed in between. Raises UnknownItem."""
        for _ in range(_TRIES - 1):
            with suppress(NotExamined):
                return await self._write(item_id, work)
        return await self._write(item_id, work)

    async def _read(self, item_id: str, work: Callable[[Connection, Examined], T]) -> T:
        examined = await self._of(item_id)
        return await self._database.read(lambda c: work(c, examined))

    async def _write(self, item_id: str, work: Callable[[Transaction, Examined], T]) -> T:
        examined = await self._of(item_id)
        return await self._database.write(lambda tx: work(tx, examined))

    async def _of(self, item_id: str) -> Examined:
        return await self.examine(
            await self._database.read(lambda c: catalogue.get_item(c, item_id))
        )

    async def _examined(self, file: Attachment, lists: Sequence[WordList]) -> ExaminedFile:
        [inspected] = await self._database.read(lambda c: inspected_of(c, [file]))
        return await asyncio.to_thread(examine_file, inspected, lists)

    def _keep(self, key: object, found: ExaminedFile) -> None:
        self._kept[key] = found
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
