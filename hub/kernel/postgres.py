"""PostgreSQL through asyncpg: the same works, the same grouped commits, several processes.

A work stays a plain function: SQLAlchemy's `run_sync` hands it an ordinary connection whose
statements are awaited underneath.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from hub.kernel.database import Outcome, Queued, Transaction, run_group, translated
from hub.kernel.errors import Unavailable, Words
from hub.kernel.means import carrying
from hub.kernel.meter import Meter, NoMeter
from hub.kernel.tracing import Beginning, span

__all__ = ["APPLICATION", "PostgresDatabase"]

T = TypeVar("T")

_LARGEST_GROUP = 512
_STATEMENT_TIMEOUT_S = 30
_CONNECT_TIMEOUT_S = 10
# A process that is stopped in the middle of a transaction (SIGSTOP, a frozen machine) holds its
# locks, the audit chain's among them: the server ends it, or nobody could write any more. The name
# is how the other processes find what the server does not (hub.kernel.nodes.store.end_frozen).
APPLICATION = "gongkai"
_SESSION = {
    "application_name": APPLICATION,
    "idle_in_transaction_session_timeout": "15000",
}

_APART = Beginning(apart=True)  # of many callers, so of none
# what asyncpg raises before SQLAlchemy has a connection to translate for
_AT_CONNECT = (asyncpg.PostgresError, asyncpg.InterfaceError)

Entry = tuple[Queued, "asyncio.Future[object]"]


class PostgresDatabase:
    """`Database` on a server; see there for the contract. `url` is postgresql+asyncpg://…

    `meter` is told of every commit.
    """

    def __init__(self, url: str) -> None:
        self._engine = create_async_engine(
            url,
            pool_size=5,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={
                "timeout": _CONNECT_TIMEOUT_S,
                "command_timeout": _STATEMENT_TIMEOUT_S,
                "server_settings": _SESSION,
            },
        )
        self._queue: asyncio.Queue[Entry | None] = asyncio.Queue()
        self._writer: asyncio.Task[None] | None = None
        self._closed = False
        self.meter: Meter = NoMeter()

    async def write(self, work: Callable[[Transaction], T], *, audited: bool = True) -> T:
        if self._closed:
            raise Unavailable(Words("数据库已关闭", "the database is closed"))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_loop(), name="postgres-write")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait(((carrying(work), audited), future))  # type: ignore[arg-type]
        return await future

    async def read(self, work: Callable[[Connection], T]) -> T:
        if self._closed:
            raise Unavailable(Words("数据库已关闭", "the database is closed"))
        try:
            async with self._engine.connect() as connection:
                await connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
                return await connection.run_sync(work)
        except (DBAPIError, OSError, *_AT_CONNECT) as error:
            raise _ours(error) from error

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._writer is not None:
            self._queue.put_nowait(None)
            await self._writer
        await self._engine.dispose()

    async def _write_loop(self) -> None:
        while (first := await self._queue.get()) is not None:
            group = [first]
            stop = False
            while len(group) < _LARGEST_GROUP and not self._queue.empty():
                entry = self._queue.get_nowait()
                if entry is None:
                    stop = True
                    break
                group.append(entry)
            await self._commit(group)
            if stop:
                return

    async def _commit(self, group: list[Entry]) -> None:
        works = [queued for queued, _ in group]
        outcomes: list[Outcome]
        begun = time.perf_counter()
        try:
            with span("database.commit", _APART, works=len(group)):
                async with self._engine.begin() as connection:
                    outcomes = await connection.run_sync(run_group, works)
        except Exception as error:
            outcomes = [(None, _ours(error))] * len(group)
        self.meter.observe_commit(len(group), time.perf_counter() - begun)
        for (_, future), (value, failure) in zip(group, outcomes, strict=True):
            if future.done():  # the caller was cancelled; the commit stands all the same
                continue
            if failure is None:
                future.set_result(value)
            else:
                future.set_exception(failure)


def _ours(error: Exception) -> BaseException:
    return translated(OSError(str(error)) if isinstance(error, _AT_CONNECT) else error)
