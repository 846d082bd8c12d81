from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, delete, select, update

from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Words
from hub.kernel.events import (
    GENESIS,
    BrokenChain,
    Event,
    Kind,
    append_events,
    audit_events,
    chain_head,
    read_events,
    seal_event,
    verify_chain,
)

SIGNED = Kind("review.step.signed", Words("签批", "signed"))
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
COLUMNS = [column.name for column in audit_events.columns]


def event(number: int = 0, **given: Any) -> Event:
    given = {"subject": f"item-{number}", "actor": "zhang", "at": AT, "data": {"n": number}} | given
    return Event(kind=SIGNED, **given)


def chain(connection: Connection, length: int) -> None:
    audit_events.create(connection)
    append_events(connection, [seal_event(event(number)) for number in range(1, length + 1)])


def broken_at(connection: Connection) -> int:
    try:
        for _ in verify_chain(connection, batch=3):
            pass
    except BrokenChain as broken:
        return broken.seq
    return 0


@settings(deadline=None)
@given(st.integers(1, 12), st.sampled_from(COLUMNS), st.data())
def test_an_altered_column_is_found_at_its_number(
    length: int, column: str, data: st.DataObject
) -> None:
    victim = data.draw(st.integers(1, length))
    with create_engine("sqlite://").begin() as connection:
        chain(connection, length)
        assert broken_at(connection) == 0
        altered: Any = length + 7 if column == "seq" else "x"
        row = audit_events.c.seq == victim
        connection.execute(update(audit_events).where(row).values({column: altered}))
        assert broken_at(connection) == victim


@settings(deadline=None)
@given(st.integers(2, 12), st.data())
def test_a_removed_event_is_found_at_its_number(length: int, data: st.DataObject) -> None:
    victim = data.draw(st.integers(1, length - 1))
    with create_engine("sqlite://").begin() as connection:
        chain(connection, length)
        connection.execute(delete(audit_events).where(audit_events.c.seq == victim))
        assert broken_at(connection) == victim


@settings(deadline=None)
@given(st.integers(2, 12), st.data())
def test_two_exchanged_events_are_found_at_the_first(length: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, length - 1))
    second = data.draw(st.integers(first + 1, length))
    with create_engine("sqlite://").begin() as connection:
        chain(connection, length)
        for old, new in ((first, 99), (second, first), (99, second)):
            connection.execute(
                update(audit_events).where(audit_events.c.seq == old).values(seq=new)
            )
        assert broken_at(connection) == first


def test_a_chain_cut_at_its_tail_no_longer_ends_in_the_exported_head() -> None:
    with create_engine("sqlite://").begin() as connection:
        chain(connection, 5)
        head = chain_head(connection)
        connection.execute(delete(audit_events).where(audit_events.c.seq == 5))
        assert broken_at(connection) == 0
        assert chain_head(connection) != head


def test_an_empty_chain_ends_in_genesis() -> None:
    with create_engine("sqlite://").begin() as connection:
        audit_events.create(connection)
        assert chain_head(connection) == (0, GENESIS)
        assert list(verify_chain(connection)) == []


async def test_events_are_numbered_in_the_order_recorded(database: Database) -> None:
    def work(transaction: Transaction) -> None:
        for number in (1, 2, 3):
            transaction.record(event(number))

    await database.write(work)
    rows = await database.read(read_events)
    assert [(row["seq"], row["subject"]) for row in rows] == [
        (1, "item-1"),
        (2, "item-2"),
        (3, "item-3"),
    ]
    assert rows[0]["previous"] == GENESIS
    assert rows[2]["previous"] == rows[1]["hash"]


async def test_a_subject_finds_its_own_events(database: Database) -> None:
    def work(transaction: Transaction) -> None:
        for number in (1, 2, 1):
            transaction.record(event(number))

    await database.write(work)
    rows = await database.read(lambda c: read_events(c, subject="item-1", after=1))
    assert [row["seq"] for row in rows] == [3]


async def test_the_chain_is_the_same_text_on_both_databases(database: Database) -> None:
    wall = AT.astimezone(timezone(timedelta(hours=8)))
    await database.write(
        lambda t: t.record(event(1, at=wall, data={"标题": "公开", "a": [1, None]}))
    )
    row = await database.read(lambda c: c.execute(select(audit_events)).one())
    assert row.body == (
        '{"actor":"zhang","at":"2026-03-02T09:00:00+08:00","data":{"a":[1,null],"标题":"公开"},'
        '"kind":"review.step.signed","subject":"item-1"}'
    )
    assert row.hash == hashlib.sha256(f"1\n{GENESIS}\n{row.body}".encode()).hexdigest()


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": ""},
        {"subject": "x" * 65},
        {"subject": "a\0b"},
        {"at": datetime(2026, 3, 2)},
        {"data": {"x": object()}},
        {"data": {"x": "\ud800"}},
    ],
    ids=["empty", "long", "nul", "naive", "no-json", "surrogate"],
)
def test_an_event_the_table_could_not_take_is_refused_when_recorded(wrong: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        seal_event(event(1, **wrong))
