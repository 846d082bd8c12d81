"""Whole rows read as one JSON text are the values that went in, on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Integer, MetaData, String, Table, bindparam, insert, select

from hub.kernel.columns import Instant, Json
from hub.kernel.database import Database, Transaction
from hub.kernel.packing import PackedQuery


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    id: int
    note: str
    colour: Colour
    flag: bool
    at: datetime
    until: datetime | None
    tags: tuple[str, ...]
    kept: Mapping[str, Any]


_things = Table(
    "packed_things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("note", String(500), nullable=False),
    Column("colour", String(16), nullable=False),
    Column("flag", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant),
    Column("tags", Json, nullable=False),
    Column("kept", Json, nullable=False),
)
_FROM = PackedQuery(Thing, select(_things).where(_things.c.id >= bindparam("least")))
_WHOLE, _LAST = datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC), 999_999
_GIVEN = [
    Thing(
        id=number,
        note=note,
        colour=list(Colour)[number % 2],
        flag=number % 2 == 0,
        at=_WHOLE.replace(microsecond=microsecond),
        until=None if number % 3 else datetime(1970, 1, 1, 0, 0, 0, microsecond, UTC),
        tags=("教育", "a'b\"c\\"),
        kept={"deep": {"list": [1, 2.5, None, True], "text": note}},
    )
    for number, (note, microsecond) in enumerate(
        (note, microsecond)
        for note in ("", "关于100%的通知🎉", "line\nbreak\ttab\x01", ":name {0} '}")
        for microsecond in (0, 1, 120_000, _LAST)
    )
]


@pytest.fixture
async def filled(database: Database) -> Database:
    rows = [{name: getattr(one, name) for name in Thing.__slots__} for one in _GIVEN]

    def fill(tx: Transaction) -> None:
        _things.create(tx.connection)
        tx.execute(insert(_things), rows)

    await database.write(fill, audited=False)
    return database


async def test_every_value_comes_back_as_it_was_stored(filled: Database) -> None:
    found = await filled.read(lambda c: _FROM.values(c, {"least": 0}))
    assert sorted(found, key=lambda one: one.id) == _GIVEN
    assert {one.at.tzinfo for one in found} == {UTC}


async def test_no_row_gives_no_value(filled: Database) -> None:
    assert await filled.read(lambda c: _FROM.values(c, {"least": 999})) == []
