"""Pictures from the database, kept in memory for as long as a fan-out asks for one very often."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from hub.catalogue import store as catalogue
from hub.kernel.clock import Clock, SystemClock
from hub.kernel.database import Database

__all__ = ["StoredMedia"]

_KEPT_BYTES = 64 * 1024 * 1024
_KEPT_S = 600.0  # since it was last asked for: a fan-out takes minutes, and the next has its own


class StoredMedia:
    """`MediaSource` (hub.publishing.ports) over the blobs of the catalogue."""

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self._database = database
        self._clock = clock or SystemClock()
        self._kept: OrderedDict[str, tuple[float, bytes]] = (
            OrderedDict()
        )  # the longest unused first
        self._size = 0
        self._one_at_a_time = asyncio.Lock()

    async def read(self, sha256: str) -> bytes:
        if (kept := self._used(sha256)) is not None:
            return kept
        async with self._one_at_a_time:
            if (kept := self._used(sha256)) is not None:
                return kept
            data = await self._database.read(lambda c: catalogue.read_blob(c, sha256))
            self._keep(sha256, data)
            return data

    def _used(self, sha256: str) -> bytes | None:
        found = self._kept.get(sha256)
        if found is None:
            return None
        self._kept[sha256] = (self._clock.monotonic(), found[1])
        self._kept.move_to_end(sha256)
        return found[1]

    def _keep(self, sha256: str, data: bytes) -> None:
        now = self._clock.monotonic()
        self._kept[sha256] = (now, data)
        self._size += len(data)
        while len(self._kept) > 1 and self._drops(now):
            _, (_, dropped) = self._kept.popitem(last=False)
            self._size -= len(dropped)

    def _drops(self, now: float) -> bool:
        used, _ = next(iter(self._kept.values()))
        return self._size > _KEPT_BYTES or used < now - _KEPT_S
