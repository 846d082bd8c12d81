"""SQLite's log comes into its file beside the writer, and begins anew."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import structlog

from hub.kernel.database import Transaction
from hub.kernel.sqlite import SqliteDatabase
from tests.waiting import until

MIB = 1024 * 1024
SOME = 6 * MIB  # more than makes a log long, less than makes SQLite bring it into the file itself
ITS_OWN = 32 * MIB  # at which it does


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    made = SqliteDatabase(tmp_path / "hub.db")
    await made.write(lambda tx: execute(tx, "CREATE TABLE kept (what blob)"), audited=False)
    yield made
    await made.close()


def execute(tx: Transaction, statement: str) -> None:
    tx.connection.exec_driver_sql(statement)


async def keep(database: SqliteDatabase, size: int) -> None:
    """Commit so many bytes, one MiB at a time."""
    insert = f"INSERT INTO kept VALUES (randomblob({MIB}))"
    for _ in range(size // MIB):
        await database.write(lambda tx: execute(tx, insert), audited=False)


async def until_in_the_file(home: Path, size: int) -> None:
    await until(lambda: (home / "hub.db").stat().st_size >= size)


async def test_what_was_committed_is_in_the_file_before_its_log_is_full(
    database: SqliteDatabase, tmp_path: Path
) -> None:
    await keep(database, SOME)
    await until_in_the_file(tmp_path, SOME)


async def test_a_log_that_is_written_to_all_the_time_does_not_grow_for_ever(
    database: SqliteDatabase, tmp_path: Path
) -> None:
    await keep(database, 4 * ITS_OWN)
    assert (tmp_path / "hub.db-wal").stat().st_size < 2 * ITS_OWN


async def test_whoever_reads_an_older_state_goes_on_with_it(
    database: SqliteDatabase, tmp_path: Path
) -> None:
    await keep(database, SOME)
    count = "SELECT count(*) FROM kept"
    with closing(sqlite3.connect(tmp_path / "hub.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        before = reader.execute(count).fetchone()
        await keep(database, SOME)
        await until_in_the_file(tmp_path, SOME)
        assert reader.execute(count).fetchone() == before
        reader.execute("COMMIT")
    await keep(database, MIB)
    await until_in_the_file(tmp_path, 2 * SOME)


async def test_a_file_that_cannot_be_brought_up_to_date_is_told_of_and_written_to_all_the_same(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> sqlite3.Connection:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(sqlite3, "connect", refuse)
    with structlog.testing.capture_logs() as logs:
        await keep(database, SOME)
        await until(lambda: logs)
        for _ in range(2):
            await keep(database, MIB)
            await asyncio.sleep(0.6)  # longer than until it is tried again
    assert [one["event"] for one in logs] == ["database.not-checkpointed"]


async def test_nothing_of_it_is_left_when_the_database_is_closed(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    made = SqliteDatabase(tmp_path / "hub.db")
    await made.write(lambda tx: execute(tx, "CREATE TABLE kept (what blob)"), audited=False)
    await keep(made, SOME)
    await made.close()
    new = set(threading.enumerate()) - before
    assert not [one.name for one in new if one.name.startswith("sqlite-")]
    assert not (tmp_path / "hub.db-wal").exists()
