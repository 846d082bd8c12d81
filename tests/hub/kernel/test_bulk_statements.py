"""Many rows in one statement, on both databases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Date, Integer, column, select, table

from hub.kernel.bulk import Bulk
from hub.kernel.columns import storable
from hub.kernel.database import Database, Transaction

_TABLE = "CREATE TABLE things (id text PRIMARY KEY, count bigint, note text)"
_ADD = Bulk(
    "INSERT INTO things (id, count, note) SELECT r.id, r.count, {1} FROM {rows}",
    {"id": "text", "count": "int"},
)
_RAISE = Bulk(
    """
    UPDATE things SET count = things.count + r.more, note = coalesce(r.note, {2})
    FROM {rows} WHERE things.id = r.id AND things.count < {1} RETURNING things.id
    """,
    {"id": "text", "more": "int", "note": "text"},
)


@pytest.fixture
async def things(database: Database) -> Database:
    def fill(tx: Transaction) -> None:
        tx.connection.exec_driver_sql(_TABLE)
        tx.bulk(_ADD, [("a", 1), ("b", 2), ("c", 30)], "new")

    await database.write(fill, audited=False)
    return database


async def rows(database: Database) -> list[tuple[Any, ...]]:
    query = "SELECT id, count, note FROM things ORDER BY id"
    return await database.read(lambda c: [tuple(r) for r in c.exec_driver_sql(query)])


async def test_rows_are_inserted_with_what_they_share(things: Database) -> None:
    assert await rows(things) == [("a", 1, "new"), ("b", 2, "new"), ("c", 30, "new")]


async def test_only_the_rows_that_match_are_changed_and_told(things: Database) -> None:
    given = [("a", 10, None), ("b", 5, "own"), ("c", 1, "x"), ("z", 1, "x")]
    changed = await things.write(
        lambda tx: set(tx.bulk(_RAISE, given, 30, "shared").scalars()), audited=False
    )
    assert changed == {"a", "b"}
    assert await rows(things) == [("a", 11, "shared"), ("b", 7, "own"), ("c", 30, "new")]


async def test_it_counts_what_it_changed(things: Database) -> None:
    plain = Bulk("UPDATE things SET count = 0 FROM {rows} WHERE things.id = r.id", {"id": "text"})
    counted = await things.write(
        lambda tx: tx.bulk(plain, [("a",), ("b",), ("z",)]).rowcount, audited=False
    )
    assert counted == 2


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**53 + 1, 2**62])
async def test_large_integers_arrive_whole(things: Database, number: int) -> None:
    await things.write(lambda tx: tx.bulk(_ADD, [("n", number)], "x"), audited=False)
    assert ("n", number, "x") in await rows(things)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=st.text(st.characters(exclude_categories=[]), max_size=40).map(storable))
async def test_any_storable_text_arrives_whole(things: Database, text: str) -> None:
    def again(tx: Transaction) -> None:
        tx.connection.exec_driver_sql("DELETE FROM things")
        tx.bulk(_ADD, [("k" + text, 1)], text)

    await things.write(again, audited=False)
    assert await rows(things) == [("k" + text, 1, text)]


async def test_days_and_flags_are_stored_as_such(database: Database) -> None:
    add = Bulk(
        "INSERT INTO days (id, day, fine) SELECT r.id, r.day, r.fine FROM {rows} WHERE true",
        {"id": "int", "day": "date", "fine": "flag"},
    )
    held = [(1, date(2024, 2, 29), True), (2, None, False)]

    def fill(tx: Transaction) -> None:
        tx.connection.exec_driver_sql("CREATE TABLE days (id bigint, day date, fine boolean)")
        tx.bulk(add, held)

    await database.write(fill, audited=False)
    days = table("days", column("id", Integer), column("day", Date), column("fine", Boolean))
    found = await database.read(lambda c: list(c.execute(select(days).order_by(days.c.id))))
    assert [tuple(row) for row in found] == held
