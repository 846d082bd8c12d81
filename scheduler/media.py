"""Pictures from the database, the newest kept in memory: a fan-out asks for one very often."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from hub.catalogue import store as catalogue
from hub.kernel.database import Database

__all__ = ["StoredMedia"]

_KEPT_BYTES = 64 * 1024 * 1024


class StoredMedia:
    """`MediaSource` (hub.publishing.ports) over the blobs of the catalogue."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0
        self._one_at_a_time = asyncio.Lock()

    async def read(self, sha256: str) -> bytes:
        if sha256 in self._kept:
            self._kept.move_to_end(sha256)
            return self._kept[sha256]
        async with self._one_at_a_time:
            if sha256 not in self._kept:
                data = await self._database.read(lambda c: catalogue.read_blob(c, sha256))
                self._keep(sha256, data)
            return self._kept[sha256]

    def _keep(self, sha256: str, data: bytes) -> None:
        self._kept[sha256] = data
        self._size += len(data)
        while self._size > _KEPT_BYTES and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._size -= len(dropped)
