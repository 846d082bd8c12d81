"""A list is the newest items of the bodies asked for, page after page, however they are found."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import Connection, insert

from hub.catalogue.listing import store
from hub.catalogue.listing.models import Wanted
from hub.catalogue.listing.service import Listing
from hub.catalogue.models import Attribute, ItemState
from hub.catalogue.tables import items
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.ids import IdSource
from hub.organisations.tables import bodies

_BODIES = [f"b{n}" for n in range(5)]
_KINDS = tuple(Attribute)


@pytest.fixture
async def shelf(database: Database, clock: ManualClock, ids: IdSource) -> list[dict[str, object]]:
    """Sixty items of five bodies in every state, oldest first."""
    chance = random.Random(7)
    rows: list[dict[str, object]] = []
    for n, item_id in enumerate(ids.many(clock.now(), 60)):
        state = chance.choice(list(ItemState))
        public = state is ItemState.APPROVED
        rows.append(
            {
                "id": item_id,
                "body_id": chance.choice(_BODIES),
                "external_key": str(n),
                "version": 1,
                "title": f"第{n}号",
                "issuer": "甲",
                "attribute": (_KINDS[0] if public else chance.choice(_KINDS)).value,
                "state": state.value,
                "entered_by": "wang",
                "entered_at": clock.now(),
                "content_hash": "0" * 64,
                "index_no": f"x/{n:05}",
                "validity": "in-force",
            }
        )

    def fill(connection: Connection) -> None:
        named = [{"id": b, "code": b, "name": b, "kind": "city"} for b in _BODIES]
        connection.execute(insert(bodies), named)
        connection.execute(insert(items), rows)

    await database.write(lambda tx: fill(tx.connection), audited=False)
    return rows


@pytest.mark.parametrize("few", [0, 150], ids=["walking", "merging"])
@pytest.mark.parametrize("state", [None, ItemState.DRAFT])
@pytest.mark.parametrize("attribute", [None, Attribute.WITHHELD])
async def test_every_item_comes_once_and_the_newest_first(
    database: Database,
    shelf: list[dict[str, object]],
    monkeypatch: pytest.MonkeyPatch,
    few: int,
    state: ItemState | None,
    attribute: Attribute | None,
) -> None:
    monkeypatch.setattr(store, "_FEW", few)
    among, seen, before = frozenset(_BODIES[:3]), [], ""
    while True:
        wanted = Wanted(bodies=among, state=state, attribute=attribute, before=before, limit=7)
        page = await Listing(database).page(wanted)
        seen += [line.id for line in page]
        if len(page) < 7:
            break
        before = page[-1].id
    expected = [
        row["id"]
        for row in reversed(shelf)
        if row["body_id"] in among
        and state in (None, row["state"])
        and attribute in (None, row["attribute"])
    ]
    assert seen == expected


async def test_nobody_reads_a_body_that_was_not_asked_for(
    database: Database, shelf: list[dict[str, object]]
) -> None:
    listing, row = Listing(database), shelf[0]
    own, others = frozenset({str(row["body_id"])}), frozenset({"elsewhere"})
    item_id, index_no = str(row["id"]), str(row["index_no"])
    for text in (item_id, item_id.lower(), index_no):
        assert [line.id for line in await listing.named(text, own)] == [item_id]
        assert await listing.named(text, others) == []
    assert await listing.known([item_id], others) == []
    assert await listing.page(Wanted(bodies=frozenset())) == []
