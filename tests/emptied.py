"""A PostgreSQL database that a process uses for one test after the other, emptied in between.

Making one takes the server a fifth of a second, emptying one some milliseconds: over a connection
that stays, which knows every table and how to empty it. It lives on a loop of its own, as each
test has another. A test that changes the tables themselves, or leaves a trigger, costs a new one.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import Future
from contextlib import asynccontextmanager
from threading import Thread
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import create_async_engine

__all__ = ["Emptied", "administer", "fresh", "named"]

T = TypeVar("T")

_LARGE = 1_000_000  # bytes of a table from which it is truncated: deleted rows stay for a while
_SIZES = "SELECT pg_relation_size(name::regclass) FROM unnest($1::text[]) AS listed(name)"
_ALONE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_SHAPE = """
    SELECT count(*), sum(hashtext(line)) FROM (
        SELECT relname || attname AS line FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
            WHERE relnamespace = 'public'::regnamespace AND attnum > 0
        UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
    ) AS lines
"""
# every row goes, so no row has to look for those that point at it; only a superuser may say so
_UNCHECKED = """
    SELECT set_config('session_replication_role', 'replica', false)
    FROM pg_roles WHERE rolname = current_user AND rolsuper
"""
# a function of the connection, not of the database; it keeps the plans of its statements
_EMPTY = """
    CREATE FUNCTION pg_temp.empty_tables() RETURNS void LANGUAGE plpgsql AS
    $$ BEGIN {statements}; END $$
"""


class Emptied:
    """`server` is a URL (postgresql+asyncpg://…/…) under which databases can be made."""

    def __init__(self, server: str, tables: MetaData) -> None:
        self._server = server
        self._tables = tables
        self._template = f"gongkai_test_{uuid.uuid4().hex[:12]}"
        self._name = f"{self._template}_used"
        self._names = [table.name for table in reversed(tables.sorted_tables)]
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._kept: asyncpg.Connection[asyncpg.Record] | None = None
        self._shape: asyncpg.Record | None = None

    def start(self) -> None:
        self._thread.start()
        self._aside(self._start()).result()

    def stop(self) -> None:
        self._aside(self._stop()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def url(self) -> str:
        """The database with every area's tables and no row in them, and nobody else connected."""
        return await asyncio.wrap_future(self._aside(self._url()))

    def _aside(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _start(self) -> None:
        await administer(self._server, f"CREATE DATABASE {self._template}")
        engine = create_async_engine(named(self._server, self._template))
        try:
            async with engine.begin() as connection:
                await connection.run_sync(self._tables.create_all)
        finally:
            await engine.dispose()

    async def _stop(self) -> None:
        await self._leave()
        for name in (self._name, self._template):
            await administer(self._server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    async def _url(self) -> str:
        if not await self._emptied():
            await self._made_anew()
        return named(self._server, self._name)

    async def _emptied(self) -> bool:
        """False where the tables are not those of the template any more, or a test ended ours."""
        kept = self._kept
        if kept is None:
            return False
        try:
            await kept.execute(_ALONE)
            if await kept.fetchrow(_SHAPE) != self._shape:
                return False
            await self._delete(kept)
        except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError):
            return False
        return True

    async def _delete(self, kept: asyncpg.Connection[asyncpg.Record]) -> None:
        sizes = [row[0] for row in await kept.fetch(_SIZES, self._names)]
        large = [name for name, size in zip(self._names, sizes, strict=True) if size > _LARGE]
        if large:
            await kept.execute(f"TRUNCATE {', '.join(large)} CASCADE")
        await kept.execute("SELECT pg_temp.empty_tables()")

    async def _made_anew(self) -> None:
        await self._leave()
        await administer(self._server, f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")
        await administer(self._server, f"CREATE DATABASE {self._name} TEMPLATE {self._template}")
        kept = await asyncpg.connect(named(self._server, self._name).replace("+asyncpg", ""))
        self._kept, self._shape = kept, await kept.fetchrow(_SHAPE)
        await kept.execute(_UNCHECKED)
        statements = "; ".join(f"DELETE FROM {name}" for name in self._names)
        await kept.execute(_EMPTY.format(statements=statements))

    async def _leave(self) -> None:
        if self._kept is not None:
            self._kept.terminate()
            self._kept = None


@asynccontextmanager
async def fresh(server: str) -> AsyncIterator[str]:
    """The URL of a database with nothing in it, for the block."""
    name = f"gongkai_test_{uuid.uuid4().hex[:12]}"
    await administer(server, f"CREATE DATABASE {name}")
    yield named(server, name)
    await administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def named(server: str, name: str) -> str:
    """The URL of the database `name` on that server."""
    return f"{server.rsplit('/', 1)[0]}/{name}"


async def administer(server: str, statement: str) -> None:
    """Run one statement outside a transaction."""
    connection = await asyncpg.connect(server.replace("+asyncpg", ""))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
