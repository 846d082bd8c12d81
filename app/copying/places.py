"""The two ends of a copy: opened for one process alone, and written to in the fastest way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import (
    Connection,
    String,
    Table,
    create_engine,
    event,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.util import await_only, greenlet_spawn

from app.copying.errors import DoesNotFit, NotEmpty, StillRunning
from app.lock import only_one
from hub.kernel.database import translated
from hub.kernel.errors import Conflict, Unavailable, Words
from hub.kernel.nodes.tables import nodes
from hub.kernel.rows import Row, stored
from hub.publishing.tables import heartbeats

__all__ = [
    "add_rows",
    "alone",
    "analyse",
    "between",
    "hold_still",
    "keep_others_away",
    "path_of",
    "refuse_full",
    "refuse_strangers",
    "set_sequences",
]

T = TypeVar("T")

_BEATS = timedelta(seconds=60)  # a hub that runs has beaten within this time
_PATIENCE = "10s"
_LOCK = 0x676F6E69  # any constant: PostgreSQL's advisory lock of who fills a database
_AWAY = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)
_LARGEST = {"INTEGER": 2**31, "BIGINT": 2**63}


def path_of(url: str) -> Path | None:
    """The file of an embedded database."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else None


def between(source: str, target: str, work: Callable[[Connection, Connection], T]) -> T:
    """Run `work` over connections to both; it blocks, and begins and ends its transactions.

    Raises Unavailable where one of them does not answer any more.
    """

    async def run() -> T:
        async with _opened(source) as one, _opened(target) as other:
            return await greenlet_spawn(work, one, other)

    try:
        return asyncio.run(run())
    except IntegrityError:
        raise
    except (DBAPIError, OSError) as error:
        raise translated(error) from error
    except _AWAY as error:
        raise translated(OSError(str(error))) from error


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Connection]:
    if url.startswith("sqlite"):
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
        _take_in_hand(engine)
        with engine.connect() as connection:
            yield connection
        return
    server = create_async_engine(url, poolclass=NullPool, hide_parameters=True)
    async with server.connect() as awaited:
        yield awaited.sync_connection  # type: ignore[misc]
    await server.dispose()


def _take_in_hand(engine: Any) -> None:
    @event.listens_for(engine, "connect")
    def configure(raw: Any, record: object) -> None:
        raw.isolation_level = None
        for pragma in ("busy_timeout=10000", "foreign_keys=ON", "journal_mode=WAL"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # also where only read: nobody may write


@contextmanager
def alone(home: Path | None, field: str) -> Iterator[None]:
    """Hold an embedded installation's lock, as the hub does; nothing to hold without a home."""
    if home is None:
        yield
        return
    try:
        with only_one(home):
            yield
    except Conflict as error:
        if error.field == "home":
            raise StillRunning(field) from error
        raise


def hold_still(source: Connection, tables: Sequence[Table], now: datetime) -> None:
    """Let nobody write to the source until the transaction, which is open, ends.

    Raises StillRunning where a hub runs on it or a writer does not end.
    """
    for beat in (heartbeats.c.at, nodes.c.beat_at):
        last = source.execute(select(func.max(beat))).scalar()
        if last is not None and abs(now - last) < _BEATS:
            raise StillRunning("database_url")
    if source.dialect.name != "postgresql":
        return  # there the transaction itself keeps the others out
    names = ", ".join(table.name for table in tables)
    source.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
    try:
        source.execute(text(f"LOCK TABLE {names} IN SHARE MODE"))
    except DBAPIError as error:
        raise StillRunning("database_url") from error


def refuse_strangers(target: Connection) -> None:
    """Raise NotEmpty for a database without our revisions that has tables all the same."""
    found = sorted(inspect(target).get_table_names())
    if found:
        raise NotEmpty(Words(f"有别人的表 {found[0]}", f"somebody else's table {found[0]}"))


def keep_others_away(target: Connection) -> None:
    """Raise StillRunning where somebody else fills the same PostgreSQL database; until it ends,
    this connection keeps others from it. A file has its lock."""
    if target.dialect.name == "postgresql":
        lock = select(func.pg_try_advisory_lock(_LOCK))
        if not target.execute(lock).scalar_one():
            raise StillRunning("to")


def refuse_full(target: Connection, tables: Sequence[Table]) -> None:
    """Raise NotEmpty for a row in any of our tables."""
    for table in tables:
        if target.execute(select(1).select_from(table).limit(1)).first():
            raise NotEmpty(Words(f"表 {table.name} 有数据", f"table {table.name} has rows"))


def add_rows(target: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write rows as they are stored, inside the transaction that an earlier statement opened.

    Raises DoesNotFit for a value that this database cannot hold.
    """
    twin = stored(table)
    names = [column.name for column in twin.columns]
    if target.dialect.name != "postgresql":
        target.execute(insert(twin), [dict(zip(names, row, strict=True)) for row in rows])
        return
    raw = target.connection.driver_connection
    try:
        await_only(raw.copy_records_to_table(table.name, records=rows, columns=names))  # type: ignore[union-attr]
    except (asyncpg.IntegrityConstraintViolationError, ValueError, asyncpg.DataError) as error:
        raise _misfit(table, rows, str(error)) from None
    except asyncpg.PostgresError as error:
        raise Unavailable(
            Words(f"目标库写不进：{error}", f"the target does not take it: {error}"), field="to"
        ) from error


def _misfit(table: Table, rows: Sequence[Row], otherwise: str) -> DoesNotFit:
    """The first value that is too long, too large or has a NUL; else what the database said."""
    key = [index for index, column in enumerate(table.columns) if column.primary_key]
    for row in rows:
        for column, value in zip(stored(table).columns, row, strict=True):
            why = _why_not(column.type, value)
            if why:
                return DoesNotFit(table.name, str([row[i] for i in key]), column.name, why)
    return DoesNotFit(table.name, "", "", Words(otherwise, otherwise))


def _why_not(kind: Any, value: Any) -> Words | None:
    if isinstance(value, str):
        if "\0" in value:
            return Words("含有 NUL 字符", "has a NUL character")
        longest = kind.length if isinstance(kind, String) else None
        if longest is not None and len(value) > longest:
            return Words(f"超过 {longest} 字", f"longer than {longest} characters")
    largest = _LARGEST.get(str(kind))
    if largest and isinstance(value, int) and not -largest <= value < largest:
        return Words("数值太大", "the number is too large")
    return None


def set_sequences(target: Connection, tables: Sequence[Table]) -> None:
    """Let what PostgreSQL counts by itself go on behind the rows that were copied."""
    if target.dialect.name != "postgresql":
        return
    for table in tables:
        counted = table.autoincrement_column
        if counted is None:
            continue
        sequence = func.pg_get_serial_sequence(table.name, counted.name)
        highest = select(func.coalesce(func.max(counted), 0) + 1).scalar_subquery()
        target.execute(select(func.setval(sequence, highest, False)))


def analyse(target: Connection) -> None:
    """Let PostgreSQL know how large its tables are now, before the first query needs it."""
    if target.dialect.name == "postgresql":
        with target.begin():
            target.execute(text("ANALYZE"))
