"""Where messages become durable: many that arrive together share one statement and one commit.

Each caller waits for its own row and no other: while one group is being written the next one
gathers. A group that fails for one row's sake is written again row by row, so that nobody's
message is lost through another's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from hub.conversation import store
from hub.conversation.models import Message
from hub.conversation.store import Settled
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Unavailable

__all__ = ["Journal"]

T = TypeVar("T")
_LARGEST_GROUP = 256


class Journal:
    """`keep` and `settle` answer whether the row was new, or its state allowed the change."""

    def __init__(self, database: Database) -> None:
        self._kept = _Group(database, store.add, _id_of_message)
        self._settled = _Group(database, store.settle, _id_of_settled)

    async def keep(self, message: Message) -> bool:
        return await self._kept.write(message)

    async def settle(self, settled: Settled) -> bool:
        return await self._settled.write(settled)

    async def close(self) -> None:
        await self._kept.close()
        await self._settled.close()


class _Group(Generic[T]):
    def __init__(
        self,
        database: Database,
        work: Callable[[Transaction, Sequence[T]], set[str]],
        id_of: Callable[[T], Hashable],
    ) -> None:
        self._database = database
        self._work = work
        self._id_of = id_of
        self._waiting: list[tuple[T, asyncio.Future[bool]]] = []
        self._writer: asyncio.Task[None] | None = None

    def write(self, row: T) -> asyncio.Future[bool]:
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, future))
        if self._writer is None:
            self._writer = asyncio.create_task(self._drain(), name="conversation-journal")
        return future

    async def close(self) -> None:
        if self._writer is not None:
            await self._writer

    async def _drain(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = (
                    self._waiting[:_LARGEST_GROUP],
                    self._waiting[_LARGEST_GROUP:],
                )
                await self._write(group)
        finally:
            self._writer = None

    async def _write(self, group: list[tuple[T, asyncio.Future[bool]]]) -> None:
        rows = [row for row, _ in group]
        try:
            done = await self._database.write(lambda tx: self._work(tx, rows), audited=False)
        except Exception as error:
            if len(group) > 1 and not isinstance(error, Unavailable):
                for one in group:
                    await self._write([one])
                return
            for _, future in group:
                if not future.done():
                    future.set_exception(error)
            return
        for row, future in group:
            if not future.done():
                future.set_result(self._id_of(row) in done)


def _id_of_message(message: Message) -> str:
    return message.inbound.id


def _id_of_settled(settled: Settled) -> str:
    return settled.id
