"""The contract of `Database`, on both kinds."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from hub.kernel.columns import Instant, Json
from hub.kernel.database import Database, Transaction, Unaudited
from hub.kernel.errors import Conflict, Unavailable, Words
from hub.kernel.events import Event, Kind, read_events, verify_chain
from hub.kernel.meter import NoMeter
from hub.kernel.postgres import PostgresDatabase
from hub.kernel.sqlite import SqliteDatabase
from tests.conftest import open_test_database

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NOTED = Kind("test.note.added", Words("记下", "noted"))
notes = Table(
    "notes",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String(20), nullable=False),
    Column("at", Instant),
    Column("value", Json),
)


class Counting(NoMeter):
    def __init__(self) -> None:
        self.works: list[int] = []

    def observe_commit(self, works: int, seconds: float) -> None:
        assert seconds > 0
        self.works.append(works)


def add(number: int, *, audited: bool = True, **columns: object) -> object:
    def work(transaction: Transaction) -> int:
        values = {"id": number, "name": f"note {number}", **columns}
        transaction.execute(insert(notes).values(values))
        if audited:
            transaction.record(Event(kind=NOTED, subject=str(number), actor="li", at=AT))
        return number

    return work


def kept(connection: Connection) -> list[int]:
    return list(connection.scalars(select(notes.c.id).order_by(notes.c.id)))


def subjects(connection: Connection) -> list[str]:
    assert sum(1 for _ in verify_chain(connection)) <= 1
    return [row["subject"] for row in read_events(connection)]


@pytest.fixture
async def db(database: Database) -> Database:
    await database.write(lambda t: notes.create(t.connection), audited=False)
    return database


async def test_a_work_returns_its_value_and_is_there_for_the_next_reader(db: Database) -> None:
    assert await db.write(add(1)) == 1
    assert await db.read(kept) == [1]
    assert await db.read(subjects) == ["1"]


async def test_a_change_without_an_event_is_refused_and_undone(db: Database) -> None:
    with pytest.raises(Unaudited, match="recorded no audit event"):
        await db.write(add(1, audited=False))
    assert await db.read(kept) == []


async def test_a_change_that_returns_its_rows_needs_an_event_as_well(db: Database) -> None:
    await db.write(add(1))
    with pytest.raises(Unaudited, match="recorded no audit event"):
        await db.write(lambda t: t.execute(notes.delete().returning(notes.c.id)).all())
    assert await db.read(kept) == [1]


async def test_bookkeeping_needs_no_event(db: Database) -> None:
    await db.write(add(1, audited=False), audited=False)
    assert await db.read(kept) == [1]


async def test_a_statement_that_changes_nothing_needs_no_event(db: Database) -> None:
    await db.write(lambda t: t.execute(notes.delete().where(notes.c.id == 9)))
    assert await db.read(subjects) == []


async def test_one_failing_work_in_a_group_leaves_the_others_whole(db: Database) -> None:
    def refuse(transaction: Transaction) -> None:
        add(100)(transaction)
        raise Conflict(Words("不行", "no"))

    await db.write(add(7))
    works = [add(1), add(7), add(2), refuse, add(3, audited=False), add(4)]
    results = await asyncio.gather(*(db.write(work) for work in works), return_exceptions=True)
    kinds = [result if isinstance(result, int) else type(result) for result in results]
    assert kinds == [1, IntegrityError, 2, Conflict, Unaudited, 4]
    assert await db.read(kept) == [1, 2, 4, 7]
    assert await db.read(subjects) == ["7", "1", "2", "4"]


async def test_an_event_that_cannot_be_kept_fails_only_its_own_work(db: Database) -> None:
    def broken(transaction: Transaction) -> None:
        transaction.record(Event(kind=NOTED, subject="x" * 65, actor="li", at=AT))

    results = await asyncio.gather(
        db.write(add(1)), db.write(broken), db.write(add(2)), return_exceptions=True
    )
    assert [results[0], type(results[1]), results[2]] == [1, ValueError, 2]
    assert await db.read(subjects) == ["1", "2"]


async def test_a_defect_in_sql_is_not_called_an_outage(db: Database) -> None:
    with pytest.raises(DBAPIError, match="SELEKT"):
        await db.write(lambda t: t.execute(text("SELEKT 1")))


async def test_a_thousand_concurrent_writes_are_all_kept_in_one_chain(db: Database) -> None:
    done = await asyncio.gather(*(db.write(add(number)) for number in range(1_000)))
    assert done == list(range(1_000))
    assert await db.read(kept) == done
    assert len(await db.read(subjects)) == 1_000


async def test_every_commit_is_measured(db: Database) -> None:
    metrics = Counting()
    db.meter = metrics
    await asyncio.gather(*(db.write(add(number)) for number in range(20)))
    assert sum(metrics.works) == 20
    assert len(metrics.works) < 20


async def test_a_cancelled_caller_does_not_stop_the_writer(db: Database) -> None:
    waiting = asyncio.create_task(db.write(add(1)))
    await asyncio.sleep(0)
    waiting.cancel()
    await db.write(add(2))
    assert await db.read(kept) in ([1, 2], [2])


async def test_a_reader_cannot_write(db: Database) -> None:
    with pytest.raises((DBAPIError, Unavailable)):
        await db.read(lambda c: c.execute(insert(notes).values(id=1, name="x")))
    assert await db.read(kept) == []


async def test_a_reader_sees_one_moment(database_url: str, db: Database) -> None:
    async def elsewhere() -> None:
        other = open_test_database(database_url)
        await other.write(add(1))
        await other.close()

    def twice(connection: Connection) -> tuple[list[int], list[int]]:
        before = kept(connection)
        writer = threading.Thread(target=asyncio.run, args=[elsewhere()])
        writer.start()
        writer.join()
        return before, kept(connection)

    assert await db.read(twice) == ([], [])
    assert await db.read(kept) == [1]


async def test_close_finishes_what_is_queued(database_url: str, db: Database) -> None:
    other = open_test_database(database_url)
    waiting = [asyncio.create_task(other.write(add(number))) for number in range(50)]
    await asyncio.sleep(0)
    await other.close()
    assert await asyncio.gather(*waiting) == list(range(50))
    assert len(await db.read(kept)) == 50


async def test_a_closed_database_is_unavailable(database_url: str) -> None:
    closed = open_test_database(database_url)
    await closed.close()
    await closed.close()
    with pytest.raises(Unavailable):
        await closed.write(add(1))
    with pytest.raises(Unavailable):
        await closed.read(kept)


async def test_times_and_json_come_back_as_they_went(db: Database) -> None:
    value = {"标题": "政务公开", "list": [1, 2.5, None, True]}
    await db.write(add(1, at=AT + timedelta(microseconds=1), value=value))
    row = await db.read(lambda c: c.execute(select(notes)).one())
    assert (row.at, row.value) == (AT + timedelta(microseconds=1), value)


async def test_two_processes_hang_their_events_in_one_chain(
    database_url: str, db: Database
) -> None:
    other = open_test_database(database_url)
    works = [(db, n) for n in range(100)] + [(other, n) for n in range(100, 200)]
    await asyncio.gather(*(where.write(add(number)) for where, number in works))
    await other.close()
    assert len(await db.read(subjects)) == 200


async def test_no_parameter_shows_in_an_error(db: Database) -> None:
    await db.write(add(1))
    with pytest.raises(IntegrityError) as failed:
        await db.write(add(1, name="hunter2-hunter2"))
    assert "hunter2" not in str(failed.value)


async def test_a_full_disk_is_unavailable_and_what_was_kept_stays(
    sqlite_template: Path, tmp_path: Path
) -> None:
    db = SqliteDatabase(Path(shutil.copy(sqlite_template, tmp_path)))
    await db.write(lambda t: notes.create(t.connection), audited=False)
    await db.write(add(1))
    pages = await db.read(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar_one())
    await limit_pages(db, pages + 4)
    filling = [db.write(add(n, value="x" * 9_000)) for n in range(2, 40)]
    results = await asyncio.gather(*filling, return_exceptions=True)
    done = [result for result in results if isinstance(result, int)]
    assert {type(result) for result in results} - {int} == {Unavailable}
    assert await db.read(kept) == [1, *done]
    await limit_pages(db, 1_000_000)
    await db.write(add(99))
    assert await db.read(subjects) == [str(number) for number in [1, *done, 99]]
    await db.close()


async def limit_pages(db: Database, pages: int) -> None:
    limit = f"PRAGMA max_page_count={pages}"
    await db.write(lambda t: t.connection.exec_driver_sql(limit), audited=False)


def cut(transaction: Transaction) -> None:
    transaction.connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.mark.postgres
async def test_a_connection_that_breaks_under_one_work_is_an_outage_for_its_whole_group() -> None:
    db = PostgresDatabase(os.environ["GONGKAI_TEST_POSTGRES"])
    ask = select(text("1"))
    works = [lambda t: t.execute(ask), cut, lambda t: t.execute(ask), lambda t: t.execute(ask)]
    first = db.write(lambda t: t.execute(ask), audited=False)  # while it runs, the rest gathers
    group = [db.write(work, audited=False) for work in works]
    _, *found = await asyncio.gather(first, *group, return_exceptions=True)
    assert [type(failure) for failure in found] == [Unavailable] * len(works)
    await db.write(lambda t: t.execute(ask), audited=False)
    await db.close()


@pytest.mark.postgres
async def test_a_server_without_the_database_is_unavailable() -> None:
    url = os.environ["GONGKAI_TEST_POSTGRES"].rsplit("/", 1)[0] + "/nowhere"
    absent = PostgresDatabase(url)
    with pytest.raises(Unavailable, match="nowhere"):
        await absent.read(kept)
    with pytest.raises(Unavailable, match="nowhere"):
        await absent.write(add(1))
    await absent.close()


async def test_a_server_that_does_not_answer_is_unavailable() -> None:
    absent = PostgresDatabase("postgresql+asyncpg://x:y@127.0.0.1:1/none")
    with pytest.raises(Unavailable) as failed:
        await absent.read(kept)
    assert failed.value.field == "database"
    await absent.close()
