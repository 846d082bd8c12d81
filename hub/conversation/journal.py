"""Where messages become durable: many that arrive together share one statement and one commit.

Each caller waits for its own row and no other: while one group is being written the next one
gathers. What nobody waits for rides along with the next group, or is written a little later. A
group that fails for one row's sake is written again row by row, so that nobody's message is lost
through another's. Some of a group's rows being known already is such a failure. A group is one
change and has one audit event, which names the messages and none of their words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hub.conversation import events, store
from hub.conversation.models import Message
from hub.conversation.store import Settled
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Unavailable
from hub.kernel.events import Event

__all__ = ["Journal"]

_LARGEST_GROUP = 512
_LATER_S = 0.05

_Row = Message | Settled
_Entry = tuple[_Row, asyncio.Future[bool]]


class Journal:
    """`keep` and `settle` answer whether the row was new, or its state allowed the change."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Entry] = []
        self._writer: asyncio.Task[None] | None = None
        self._later: asyncio.TimerHandle | None = None

    def keep(self, message: Message) -> asyncio.Future[bool]:
        return self._enter(message)

    def settle(self, settled: Settled, *, urgent: bool = True) -> asyncio.Future[bool]:
        """Not urgent: nobody is kept waiting by it."""
        if urgent or self._writer is not None:
            return self._enter(settled)
        if self._later is None:
            loop = asyncio.get_running_loop()
            self._later = loop.call_later(_LATER_S, self._begin)
        return self._put(settled)

    async def close(self) -> None:
        self._begin()
        if self._writer is not None:
            await self._writer

    def _enter(self, row: _Row) -> asyncio.Future[bool]:
        future = self._put(row)
        self._begin()
        return future

    def _put(self, row: _Row) -> asyncio.Future[bool]:
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, future))
        return future

    def _begin(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
        if self._writer is None and self._waiting:
            self._writer = asyncio.create_task(self._drain(), name="conversation-journal")

    async def _drain(self) -> None:
        try:
            while self._waiting:
                await self._write(self._next_group())
        finally:
            self._writer = None

    def _next_group(self) -> list[_Entry]:
        """What is written together: of changes to one message only the first, for a statement
        over many rows applies one of them and does not say which."""
        group: list[_Entry] = []
        left: list[_Entry] = []
        changed: set[str] = set()
        for place, entry in enumerate(self._waiting):
            row = entry[0]
            if len(group) == _LARGEST_GROUP:
                left += self._waiting[place:]
                break
            if isinstance(row, Settled):
                if row.id in changed:
                    left.append(entry)
                    continue
                changed.add(row.id)
            group.append(entry)
        self._waiting = left
        return group

    async def _write(self, group: Sequence[_Entry]) -> None:
        try:
            done = await self._database.write(lambda tx: _written(tx, group))
        except Exception as error:
            if len(group) > 1 and not isinstance(error, Unavailable):
                for entry in group:
                    await self._write([entry])
                return
            for _, future in group:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), its in zip(group, done, strict=True):
            if not future.done():
                future.set_result(its)


class _Mixed(Exception):
    """Some rows of a group were new or allowed, and some were not."""


def _written(tx: Transaction, group: Sequence[_Entry]) -> list[bool]:
    """Write the rows of a group: new messages first, a change may be of one of them.

    Nearly always all of them are new and all changes are allowed; where not, `_Mixed` takes the
    group back and each is written by itself, which then says whose turn it was.
    """
    messages = [row for row, _ in group if isinstance(row, Message)]
    settled = [row for row, _ in group if isinstance(row, Settled)]
    done = (store.add(tx, messages) if messages else 0) + (
        store.settle(tx, settled) if settled else 0
    )
    if done not in (0, len(group)):
        raise _Mixed
    if done:
        tx.record(_event(messages, settled))
    return [done > 0] * len(group)


def _event(messages: Sequence[Message], settled: Sequence[Settled]) -> Event:
    return Event(
        kind=events.WRITTEN,
        subject="conversation",
        actor="system:conversation",
        at=max([m.inbound.received_at for m in messages] + [one.at for one in settled]),
        data={
            "kept": [message.inbound.id for message in messages],
            "settled": {one.id: one.event.value for one in settled},
        },
    )
