from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text

from hub.catalogue.models import ItemDraft, Validity
from hub.catalogue.publication import mark_public, withdraw
from hub.catalogue.rules import draft_of
from hub.catalogue.service import Catalogue
from hub.catalogue.store import Change, changes_after
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database, Transaction
from hub.kernel.ids import IdSource
from hub.kernel.postgres import PostgresDatabase


async def changes(database: Database, after: int = 0, limit: int = 1_000) -> list[Change]:
    return await database.read(lambda c: changes_after(c, after, limit))


async def test_every_change_of_an_item_is_told_once_and_in_order(
    catalogue: Catalogue, draft: ItemDraft, database: Database, clock: ManualClock
) -> None:
    item = await catalogue.add(draft, actor="a")
    await catalogue.edit(item.id, replace(draft_of(item), title="新题"), actor="a")
    await catalogue.edit(item.id, replace(draft_of(item), index_no="x/2026-1"), actor="a")
    await catalogue.set_validity(item.id, Validity.AMENDED, actor="a", basis="川府令第1号")
    for work in _door(item.id, clock):
        await database.write(work, audited=False)
    told = await changes(database)
    assert [change.kind.removeprefix("catalogue.item.") for change in told] == [
        "entered", "edited", "renumbered", "edited", "validity-changed", "published", "withdrawn",
    ]  # fmt: skip
    assert {change.item_id for change in told} == {item.id}
    assert [change.seq for change in told] == sorted({change.seq for change in told})
    assert await changes(database, after=told[-1].seq) == []
    pages = []
    while page := await changes(database, pages[-1].seq if pages else 0, 2):
        assert len(page) <= 2
        pages += page
    assert pages == told


def _door(item_id: str, clock: ManualClock) -> list[Callable[[Transaction], bool]]:
    at = clock.now()
    return [
        lambda tx: mark_public(tx, item_id, 2, at),
        lambda tx: mark_public(tx, item_id, 2, at),  # no news
        lambda tx: withdraw(tx, item_id, at, "有误", upto=2),
        lambda tx: mark_public(tx, item_id, 1, at),  # came late, and was withdrawn
    ]


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_reader_beside_many_writers_misses_nothing(
    database: Database, database_url: str, clock: ManualClock, draft: ItemDraft
) -> None:
    """Writers whose transactions last differently long, and one who reads all the while."""
    others = [PostgresDatabase(database_url) for _ in range(3)]
    writers = [Catalogue(one, clock, IdSource()) for one in (database, *others)]
    made: set[str] = set()

    async def write(number: int) -> None:
        for n in range(12):
            row = replace(draft, external_key=f"{number}-{n}")
            made.add((await writers[number].add(row, actor="a")).id)

    async def hold(one: Database) -> None:
        for _ in range(6):  # a work that keeps its transaction open before the chain is asked
            await one.write(lambda tx: tx.connection.execute(text("SELECT pg_sleep(0.01)")))

    seen: list[Change] = []
    writing = asyncio.gather(*map(write, range(4)), *map(hold, others))
    try:
        while not writing.done():
            seen += await changes(database, seen[-1].seq if seen else 0, 5)
            await asyncio.sleep(0)
        await writing
        while page := await changes(database, seen[-1].seq if seen else 0, 5):
            seen += page
    finally:
        for one in others:
            await one.close()
    assert [c.item_id for c in seen] == list(dict.fromkeys(c.item_id for c in seen))
    assert {c.item_id for c in seen} == made
