"""A list's way: prepared, carried by an item, signed by three, in force; and no way around."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from hub.catalogue.keyareas.errors import (
    BadEntry,
    NotToBeCarried,
    UnknownKind,
    UnknownList,
    UnknownVersion,
)
from hub.catalogue.keyareas.lookup import KeyAreaLookup
from hub.catalogue.keyareas.models import ListKey, Standing, Wanted
from hub.catalogue.keyareas.service import KeyAreas
from hub.catalogue.models import Attribute, Item, ItemDraft
from hub.catalogue.numbering.assigning import Numbering
from hub.catalogue.numbering.index_numbers import IndexPattern
from hub.catalogue.publication import mark_public, withdraw
from hub.catalogue.rules import draft_of
from hub.catalogue.service import Catalogue
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import InvalidInput
from hub.kernel.events import read_events
from hub.kernel.ids import IdSource
from hub.organisations.errors import UnknownBody
from hub.organisations.models import Body
from hub.review import store as review_store
from hub.review.determination.service import Determinations
from hub.review.models import ReviewStep
from hub.review.service import Review
from simulators.determining import ORDINARY
from tests.hub.catalogue.keyareas.test_forms_and_values import SAMPLES

SIGNERS = dict(zip(ReviewStep, ("clerk", "head", "leader"), strict=True))


class Office:
    """What the tests do again and again."""

    def __init__(
        self, database: Database, clock: ManualClock, ids: IdSource, review: Review
    ) -> None:
        self.areas = KeyAreas(database, clock, ids)
        self.lookup = KeyAreaLookup(database, clock)
        self._determinations = Determinations(database, clock)
        self._database, self._clock, self._ids, self._review = database, clock, ids, review

    async def sign(self, item: Item) -> None:
        """Determine and submit an item and have three people sign it."""
        await self._determinations.determine(item.id, ORDINARY, actor="editor")
        approval_id, at = self._ids.new(self._clock.now()), self._clock.now()
        await self._database.write(
            lambda tx: review_store.open_approval(
                tx,
                approval_id=approval_id,
                item=item,
                entries={"website": "0" * 64},
                submitted_by="editor",
                at=at,
            )
        )
        approval = await self._review.get(approval_id)
        for step, login in SIGNERS.items():
            await self._review.sign(approval_id, step, login, approval.hash)

    async def release(self, item: Item) -> None:
        """Sign an item, and let the body's own site take it."""
        await self.sign(item)
        at = self._clock.now()
        await self._database.write(lambda tx: mark_public(tx, item.id, item.version, at))

    async def withdraw(self, item: Item) -> None:
        at = self._clock.now()
        await self._database.write(lambda tx: withdraw(tx, item.id, at, "有误", upto=item.version))

    async def publish(self, key: ListKey, number: int) -> Item:
        version = await self.areas.version(key, number)
        item = await self.areas.propose(version.id, actor="editor")
        await self.release(item)
        return item

    async def standings(self, key: ListKey) -> list[Standing]:
        return [view.standing for view in await self.areas.versions(key)]


@pytest.fixture
def office(
    database: Database, clock: ManualClock, ids: IdSource, review: Review, reviewers: None
) -> Office:
    return Office(database, clock, ids, review)


@pytest.fixture
async def key(office: Office) -> ListKey:
    """The province's livelihood projects of 2026, with a version prepared."""
    key = await office.areas.key("projects", "sc", 2026)
    done = await office.areas.import_file(SAMPLES / "projects.csv", key, actor="editor")
    assert done.new
    return key


async def found(office: Office, words: str = "") -> list[str]:
    wanted = Wanted(kind="projects", words=words)
    return [one.entry.code for one in await office.lookup.search(wanted)]


async def test_a_version_is_public_when_its_item_is_signed_and_out_and_not_before(
    office: Office, key: ListKey, database: Database
) -> None:
    assert await office.standings(key) == [Standing.PREPARED]
    version = await office.areas.version(key, 1)
    item = await office.areas.propose(version.id, actor="editor")
    assert item.carries == version.hash
    assert version.hash in item.body
    assert await office.standings(key) == [Standing.CARRIED]
    assert await found(office) == []
    with pytest.raises(UnknownVersion):
        await office.areas.read(key)
    await office.sign(item)
    assert await office.standings(key) == [Standing.CARRIED]
    await office.release(item)
    assert await office.standings(key) == [Standing.IN_FORCE]
    assert len(await found(office)) == 4
    reading = await office.areas.read(key)
    assert (reading.version, reading.carrier and reading.carrier.item_id) == (version, item.id)
    kinds = [
        e["kind"] for e in await database.read(lambda c: read_events(c, subject=version.list_id))
    ]
    assert kinds == [
        "keyareas.list.opened",
        "keyareas.version.prepared",
        "keyareas.version.carried",
    ]


async def test_the_same_file_again_makes_no_version(office: Office, key: ListKey) -> None:
    again = await office.areas.import_file(SAMPLES / "projects.csv", key, actor="editor")
    assert not again.new
    assert again.version is not None
    assert again.version.number == 1


async def test_an_item_that_names_another_hash_or_stands_elsewhere_publishes_nothing(
    office: Office, key: ListKey, catalogue: Catalogue, bodies: dict[str, Body]
) -> None:
    version = await office.areas.version(key, 1)
    plain = ItemDraft(body_id=bodies["sc"].id, title="题", body="文", attribute=Attribute.PROACTIVE)
    await office.release(await catalogue.add(replace(plain, carries="0" * 64), actor="editor"))
    elsewhere = replace(plain, body_id=bodies["jy"].id, carries=version.hash)
    await office.release(await catalogue.add(elsewhere, actor="editor"))
    assert await office.standings(key) == [Standing.PREPARED]
    assert await found(office) == []
    with pytest.raises(InvalidInput):
        await catalogue.add(replace(plain, carries="第一版"), actor="editor")


async def test_a_document_that_is_there_may_carry_a_version_and_is_signed_anew(
    office: Office, key: ListKey, catalogue: Catalogue, draft: ItemDraft
) -> None:
    version = await office.areas.version(key, 1)
    item = await catalogue.add(draft, actor="editor")
    await office.release(item)
    carried = await office.areas.carry(version.id, item.id, actor="editor")
    assert (carried.version, carried.carries) == (2, version.hash)
    assert await office.areas.carry(version.id, item.id, actor="editor") == carried
    assert await office.standings(key) == [Standing.CARRIED]
    await office.release(carried)
    assert await office.standings(key) == [Standing.IN_FORCE]


async def test_only_a_public_item_of_the_body_that_carries_nothing_yet_may_carry_a_version(
    office: Office, key: ListKey, catalogue: Catalogue, draft: ItemDraft, bodies: dict[str, Body]
) -> None:
    item = await office.publish(key, 1)
    await office.areas.amend(key, removed=["MS-2026-004"], actor="editor")
    first, second = [await office.areas.version(key, number) for number in (1, 2)]
    elsewhere = await catalogue.add(replace(draft, body_id=bodies["jy"].id), actor="editor")
    withheld = await catalogue.add(replace(draft, attribute=Attribute.WITHHELD), actor="editor")
    for unfit in (elsewhere, withheld, item):
        with pytest.raises(NotToBeCarried):
            await office.areas.carry(second.id, unfit.id, actor="editor")
    with pytest.raises(NotToBeCarried):
        await office.areas.propose(first.id, actor="editor")


async def test_an_edited_item_keeps_its_list_public_until_the_edit_is_signed_and_out(
    office: Office, key: ListKey, catalogue: Catalogue
) -> None:
    item = await office.publish(key, 1)
    bare = replace(draft_of(item), carries="", title="另题")
    edited = await catalogue.edit(item.id, bare, actor="editor")
    assert await office.standings(key) == [Standing.IN_FORCE]
    await office.release(edited)
    assert await office.standings(key) == [Standing.PREPARED]
    assert await found(office) == []


async def test_a_withdrawn_item_takes_its_list_back_and_the_one_before_holds_again(
    office: Office, key: ListKey
) -> None:
    await office.publish(key, 1)
    await office.areas.amend(key, removed=["MS-2026-004"], actor="editor")
    second = await office.publish(key, 2)
    assert len(await found(office)) == 3
    await office.withdraw(second)
    assert await office.standings(key) == [Standing.IN_FORCE, Standing.CARRIED]
    assert len(await found(office)) == 4


async def test_a_later_version_tells_what_it_changed_since_when_and_by_which_document(
    office: Office, key: ListKey, clock: ManualClock
) -> None:
    first = await office.publish(key, 1)
    rows = [{"项目编码": "MS-2026-001", "进度": "60%", "备注": None}]
    done = await office.areas.amend(
        key,
        rows,
        removed=["MS-2026-004"],
        effective_on=date(2026, 4, 1),
        note="月度调整",
        actor="editor",
    )
    assert [(c.kind.value, c.code) for c in done.changes or ()] == [
        ("changed", "MS-2026-001"), ("removed", "MS-2026-004")
    ]  # fmt: skip
    second = await office.publish(key, 2)
    assert "进度由“50%”改为“60%”" in second.body
    assert "取消　MS-2026-004" in second.body
    assert await office.standings(key) == [Standing.IN_FORCE, Standing.UPCOMING]
    clock.advance(timedelta(days=40).total_seconds())
    assert await office.standings(key) == [Standing.SUPERSEDED, Standing.IN_FORCE]
    assert len(await found(office)) == 3
    then = await office.areas.read(key, on=date(2026, 3, 31))
    assert (then.version.number, len(then.entries)) == (1, 4)
    with pytest.raises(UnknownVersion):
        await office.areas.read(key, on=date(2026, 1, 1))
    history = await office.areas.history(key)
    documents = [a.view.carrier.item_id for a in history if a.view.carrier]
    assert documents == [first.id, second.id]
    assert history[0].changes is None
    assert history[1].changes == await office.areas.changes(key, 1, 2) == done.changes
    with pytest.raises(BadEntry, match="effective_on"):
        await office.areas.amend(
            key, removed=["MS-2026-003"], effective_on=date(2026, 3, 31), actor="editor"
        )


async def test_a_bad_row_keeps_the_whole_file_out(
    office: Office, key: ListKey, tmp_path: Path
) -> None:
    text = (SAMPLES / "projects.csv").read_text("utf-8")
    file = tmp_path / "bad.csv"
    file.write_text(text.replace("62.5", "162.5").replace('"12,800"', "-1"), "utf-8")
    done = await office.areas.import_file(file, key, actor="editor")
    assert done.version is None
    assert [(f.row, f.error.field) for f in done.faults] == [
        (1, "total_investment"), (4, "progress")
    ]  # fmt: skip
    assert len(await office.areas.versions(key)) == 1


async def test_a_part_of_a_list_changes_only_what_it_names(
    office: Office, key: ListKey, tmp_path: Path
) -> None:
    file = tmp_path / "month.csv"
    file.write_text("项目编码,进度\nMS-2026-001,55%\nMS-2026-004,70\n", "utf-8")
    done = await office.areas.import_file(file, key, partial=True, actor="editor")
    assert [(c.code, [f.field for f in c.fields]) for c in done.changes or ()] == [
        ("MS-2026-001", ["progress"]), ("MS-2026-004", ["progress"])
    ]  # fmt: skip
    refused = await office.areas.amend(key, [{"code": "MS-9", "progress": 1}], actor="editor")
    assert {fault.error.field for fault in refused.faults} >= {"name", "total_investment"}
    with pytest.raises(BadEntry, match="MS-9"):
        await office.areas.amend(key, removed=["MS-9"], actor="editor")


async def test_what_is_not_there_is_said(office: Office, key: ListKey) -> None:
    with pytest.raises(UnknownKind):
        await office.areas.key("none", "sc")
    with pytest.raises(UnknownBody):
        await office.areas.key("powers", "none")
    with pytest.raises(UnknownList):
        await office.areas.versions(await office.areas.key("powers", "sc"))
    with pytest.raises(UnknownVersion):
        await office.areas.version(key, 9)
    with pytest.raises(BadEntry, match="year"):
        await office.areas.amend(await office.areas.key("projects", "sc"), actor="editor")
    [view] = await office.areas.lists(kind="projects")
    assert (view.in_force, view.last) == (None, 1)


async def test_an_item_that_carries_a_list_is_numbered_as_the_installation_numbers(
    office: Office, key: ListKey, database: Database, clock: ManualClock, ids: IdSource
) -> None:
    own = Numbering(IndexPattern("{org}-K{year}-{serial:06}"))
    areas = KeyAreas(database, clock, ids, own)
    version = await areas.version(key, 1)
    item = await areas.propose(version.id, actor="editor")
    assert re.fullmatch(r".+-K2026-\d{6}", item.index_no)
