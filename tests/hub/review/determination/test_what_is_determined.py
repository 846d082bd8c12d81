"""属性认定: what must be said, what it changes, and that nothing is reviewed without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from hub.catalogue.models import Attribute, Item, ItemDraft, ItemState
from hub.catalogue.rules import draft_of
from hub.catalogue.service import Catalogue
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import InvalidInput
from hub.kernel.events import read_events
from hub.review import store as review_store
from hub.review.determination.errors import NotDetermined, Undetermined
from hub.review.determination.grounds import GROUNDS, Force
from hub.review.determination.models import Limit, Matter, Proposal, Rule, Starts
from hub.review.determination.rules import missing_parts
from hub.review.determination.service import Determinations
from hub.review.determination.tables import determinations as table
from hub.review.models import ReviewStep
from hub.review.service import Review
from hub.review.tables import approvals
from simulators.determining import ORDINARY, ordinary

WITHHELD = Proposal(
    attribute=Attribute.WITHHELD,
    ground="16-process",
    reason="讨论稿，尚未定稿",
    unit="法规处",
    matter=Matter.OTHER,
)


@pytest.fixture
async def item(catalogue: Catalogue, draft: ItemDraft, reviewers: None) -> Item:
    return await catalogue.add(draft, actor="editor")


async def submit(database: Database, item: Item, clock: ManualClock, name: str = "a1") -> None:
    await database.write(
        lambda tx: review_store.open_approval(
            tx,
            approval_id=name,
            item=item,
            entries={"weibo": "1" * 64},
            submitted_by="editor",
            at=clock.now(),
        )
    )


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({}, []),
        ({"attribute": None}, ["attribute"]),
        ({"reason": " "}, ["reason"]),
        ({"interpret": None}, ["interpret"]),
        ({"no_interpretation_reason": ""}, ["no_interpretation_reason"]),
        ({"interpret": True, "no_interpretation_reason": ""}, []),
        ({"unit": "", "matter": None}, ["unit", "matter"]),
        ({"limit": None}, ["limit"]),
        ({"limit": Limit.SET}, ["limit_on"]),
        ({"attribute": Attribute.WITHHELD, "ground": ""}, ["ground"]),
    ],
)
def test_each_part_that_is_missing_is_named(changed: dict[str, Any], missing: list[str]) -> None:
    assert [part.field for part in missing_parts(ordinary(**changed))] == missing


def test_every_ground_of_refusal_has_its_line_in_the_annual_report() -> None:
    closed = [g for g in GROUNDS.values() if Attribute.WITHHELD in g.attributes]
    assert [g.row for g in closed] == [f"3.3.{n}" for n in range(1, 9)]
    assert {g.force for g in closed} == {
        Force.MUST,
        Force.OVERRIDE,
        Force.MAY,
        Force.PROCEDURE,
    }


async def test_an_incomplete_one_returns_the_item_and_the_list_is_recorded(
    determinations: Determinations, catalogue: Catalogue, database: Database, item: Item
) -> None:
    with pytest.raises(Undetermined) as caught:
        await determinations.determine(item.id, ordinary(unit="", interpret=None), actor="editor")
    assert [part.field for part in caught.value.missing] == ["interpret", "unit"]
    assert (await catalogue.get(item.id)).state is ItemState.RETURNED
    told = await database.read(lambda c: read_events(c, subject=item.id))
    assert told[-1]["kind"] == "review.determination.returned"
    assert [part["field"] for part in told[-1]["data"]["missing"]] == ["interpret", "unit"]


async def test_nothing_undetermined_is_submitted(
    database: Database, clock: ManualClock, item: Item
) -> None:
    with pytest.raises(Undetermined):
        await submit(database, item, clock)


async def test_the_tables_know_no_approval_without_a_determination(
    database: Database, clock: ManualClock, item: Item
) -> None:
    row = {
        "id": "forged",
        "item_id": item.id,
        "item_version": item.version,
        "content_hash": item.content_hash,
        "determination": 1,
        "entries": {},
        "hash": "0" * 64,
        "submitted_by": "editor",
        "submitted_at": clock.now(),
    }
    with pytest.raises(IntegrityError):
        await database.write(lambda tx: tx.execute(insert(approvals), row).rowcount, audited=False)


@pytest.mark.parametrize(
    "changed",
    [
        {"reason": ""},
        {"unit": ""},
        {"no_interpretation_reason": ""},
        {"attribute": "withheld", "ground": ""},
        {"attribute": "withheld", "ground": "15"},
        {"attribute": "on-application", "ground": ""},
    ],
    ids=["reason", "unit", "uninterpreted", "ground", "no review date", "asked"],
)
async def test_the_tables_keep_no_incomplete_determination(
    database: Database, determinations: Determinations, item: Item, changed: dict[str, str]
) -> None:
    await determinations.determine(item.id, ORDINARY, actor="editor")
    with pytest.raises(IntegrityError):
        await database.write(
            lambda tx: tx.execute(update(table).values(**changed)).rowcount, audited=False
        )


async def test_another_decision_voids_what_was_signed(
    database: Database,
    clock: ManualClock,
    determinations: Determinations,
    review: Review,
    catalogue: Catalogue,
    item: Item,
) -> None:
    await determinations.determine(item.id, ORDINARY, actor="editor")
    await submit(database, item, clock)
    approval = await review.get("a1")
    for step, login in zip(ReviewStep, ("clerk", "head", "leader"), strict=True):
        await review.sign("a1", step, login, approval.hash)
    await determinations.determine(item.id, ORDINARY, actor="editor")  # the same says nothing
    assert (await review.get("a1")).complete
    changed = await determinations.determine(
        item.id, ordinary(interpret=True, documents=("川府发〔2021〕5号",)), actor="editor"
    )
    assert changed.revision == 2
    assert not (await review.get("a1")).complete
    assert (await catalogue.get(item.id)).state is ItemState.DRAFT


async def test_an_item_becomes_what_was_determined(
    determinations: Determinations, catalogue: Catalogue, item: Item
) -> None:
    made = await determinations.determine(item.id, WITHHELD, actor="editor")
    assert (await catalogue.get(item.id)).attribute is Attribute.WITHHELD
    assert made.review_on == date(2027, 3, 2)


async def test_an_edit_of_the_attribute_leaves_the_determination_behind(
    determinations: Determinations,
    catalogue: Catalogue,
    database: Database,
    clock: ManualClock,
    item: Item,
) -> None:
    await determinations.determine(item.id, WITHHELD, actor="editor")
    held = await catalogue.get(item.id)
    opened = replace(draft_of(held), attribute=Attribute.PROACTIVE)
    edited = await catalogue.edit(item.id, opened, actor="editor")
    with pytest.raises(Undetermined):
        await submit(database, edited, clock)


async def test_what_is_withheld_is_listed_when_its_day_comes(
    determinations: Determinations, clock: ManualClock, item: Item
) -> None:
    await determinations.determine(item.id, WITHHELD, actor="editor")
    assert await determinations.due_again() == []
    [(due, title)] = await determinations.due_again(within=timedelta(days=365))
    assert (due.item_id, title) == (item.id, item.title)
    clock.advance(365 * 86_400)
    assert len(await determinations.due_again()) == 1
    again = replace(WITHHELD, reason="仍未定稿")
    await determinations.determine(item.id, again, actor="editor")
    assert await determinations.due_again() == []
    assert [d.reason for d in await determinations.history(item.id)] == [
        WITHHELD.reason,
        again.reason,
    ]


@pytest.mark.parametrize(
    ("proposal", "field"),
    [
        (ordinary(ground="14-secret"), "ground"),
        (ordinary(ground="99"), "ground"),
        (ordinary(starts=Starts(formed_on=date(2026, 3, 3))), "formed_on"),
        (ordinary(limit=Limit.SET, limit_on=date(2026, 3, 1)), "limit_on"),
        (ordinary(reason="长" * 501), "reason"),
        (ordinary(interpret=True, documents=("",)), "documents"),
        (replace(WITHHELD, interpret=True), "interpret"),
        (replace(WITHHELD, review_on=date(2026, 3, 1)), "review_on"),
    ],
)
async def test_what_cannot_be_is_refused_by_its_field(
    determinations: Determinations, item: Item, proposal: Proposal, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await determinations.determine(item.id, proposal, actor="editor")
    assert caught.value.field == field


async def test_a_start_is_entered_later_and_moves_only_with_a_reason(
    determinations: Determinations, database: Database, clock: ManualClock, item: Item
) -> None:
    with pytest.raises(NotDetermined):
        await determinations.start(item.id, Starts(printed_at=clock.now()), actor="editor")
    document = ordinary(matter=Matter.GOVERNMENT_DOCUMENT)
    await determinations.determine(item.id, document, actor="editor")
    await submit(database, item, clock)
    printed = Starts(printed_at=clock.now())
    made = await determinations.start(item.id, printed, actor="editor")
    assert (made.revision, made.starts) == (1, printed)
    clock.advance(3600)
    later = Starts(printed_at=clock.now())
    with pytest.raises(InvalidInput) as caught:
        await determinations.start(item.id, later, actor="editor")
    assert caught.value.field == "reason"
    moved = await determinations.start(item.id, later, actor="editor", reason="原登记有误")
    assert moved.starts == later
    told = await database.read(lambda c: read_events(c, subject=item.id))
    assert told[-1]["data"]["reason"] == "原登记有误"
    assert told[-1]["data"]["before"] == {"printed_at": str(printed.printed_at)}


async def test_what_was_public_before_its_import_is_determined_by_rule(
    determinations: Determinations,
    catalogue: Catalogue,
    database: Database,
    clock: ManualClock,
    item: Item,
    tmp_path: Path,
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("key,title,body,attribute\nk1,甲,文,主动公开\nk2,乙,文,不予公开\n", "utf-8")
    await catalogue.import_file(file, actor="editor", body_code="sc")
    done = await determinations.determine_imported(reason="门户网站已公开", actor="editor")
    assert done == 1  # neither what was typed in nor what is withheld
    found = await catalogue.find(item.body_id, "k1")
    assert found is not None
    made = await determinations.get(found.id)
    assert (made.rule, made.ground, made.reason) == (Rule.ALREADY_PUBLIC, "13", "门户网站已公开")
    await submit(database, found, clock)
    assert await determinations.determine_imported(reason="再来", actor="editor") == 0
