"""A document that is to be interpreted goes to review with its plan and its material, or back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from hub.catalogue.models import Attribute, Item, ItemDraft, ItemState
from hub.catalogue.publication import mark_public
from hub.catalogue.relations.store import relations_of
from hub.interpretation.errors import BadPlan, CannotInterpret, NotInterpreted
from hub.interpretation.models import Form, NewPlan, Owed
from hub.interpretation.service import Interpretations
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.events import read_events
from hub.kernel.ids import IdSource
from hub.publishing.afterwards.store import readers_of
from hub.review.determination.service import Determinations
from simulators.determining import ORDINARY, ordinary
from tests.scheduler.stage import Stage, watched_stage

PLAN = NewPlan(
    outline="一、背景；二、主要内容；三、怎么办",
    forms=(Form.INFOGRAPHIC, Form.QUESTIONS),
    channels=("website", "wechat"),
    due_on=date(2026, 3, 4),
    interpreter="王处长",
    unit="政策法规处",
)
POLICY = ordinary(interpret=True, no_interpretation_reason="")


@pytest.fixture
async def stage(database: Database, clock: ManualClock, ids: IdSource) -> AsyncIterator[Stage]:
    async with watched_stage(database, clock, ids) as opened:
        await opened.accounts(1)
        yield opened


@pytest.fixture
def interpretations(stage: Stage) -> Interpretations:
    return Interpretations(stage.database, stage.clock, readers_of)


@pytest.fixture
def determinations(stage: Stage) -> Determinations:
    return Determinations(stage.database, stage.clock)


@pytest.fixture
async def document(stage: Stage, determinations: Determinations) -> Item:
    """A draft that is to be interpreted."""
    item = await stage.item("第一条 机动车停放者应当按照规定停放车辆，不得妨碍通行。")
    await determinations.determine(item.id, POLICY, actor="editor")
    return item


async def material(stage: Stage, like: Item, title: str = "一图读懂停车新规") -> Item:
    draft = ItemDraft(
        body_id=like.body_id,
        title=title,
        body="出台背景：……\n\n主要内容：……\n\n适用范围：……\n\n咨询电话：028-1",
        attribute=Attribute.PROACTIVE,
    )
    return await stage.catalogue.add(draft, actor="editor")


async def kinds(stage: Stage) -> list[str]:
    return [str(event["kind"]) for event in await stage.database.read(lambda c: [*read_events(c)])]


async def test_a_document_without_plan_and_material_goes_back_with_what_is_missing(
    stage: Stage, document: Item
) -> None:
    with pytest.raises(NotInterpreted) as refused:
        await stage.submit(document)
    assert [words.zh for words in refused.value.missing] == ["解读方案", "解读材料"]
    assert (await stage.catalogue.get(document.id)).state is ItemState.RETURNED
    assert "interpretation.document.returned" in await kinds(stage)


async def test_a_plan_alone_is_not_enough(
    stage: Stage, document: Item, interpretations: Interpretations
) -> None:
    await interpretations.plan(document.id, PLAN, actor="editor")
    with pytest.raises(NotInterpreted) as refused:
        await stage.submit(document)
    assert [words.zh for words in refused.value.missing] == ["解读材料"]


async def test_material_in_a_form_that_was_not_planned_is_not_enough(
    stage: Stage, document: Item, interpretations: Interpretations
) -> None:
    await interpretations.plan(document.id, PLAN, actor="editor")
    told = await material(stage, document)
    await interpretations.link(told.id, document.id, Form.VIDEO, actor="editor")
    with pytest.raises(NotInterpreted):
        await stage.submit(document)


async def test_plan_and_material_together_let_the_document_go_on(
    stage: Stage, document: Item, interpretations: Interpretations
) -> None:
    await interpretations.plan(document.id, PLAN, actor="editor")
    told = await material(stage, document)
    await interpretations.link(told.id, document.id, Form.INFOGRAPHIC, actor="editor")
    assert (await stage.submit(document)).entries
    standing, missing, remarks = await interpretations.standing(document.id)
    assert (standing.owed, list(missing)) == (Owed.YES, [])
    assert any("未见要素" in words.zh for words in remarks)


async def test_an_interpretation_itself_owes_none(
    stage: Stage,
    document: Item,
    interpretations: Interpretations,
    determinations: Determinations,
) -> None:
    told = await material(stage, document)
    await determinations.determine(told.id, POLICY, actor="editor")
    await interpretations.link(told.id, document.id, Form.INFOGRAPHIC, actor="editor")
    assert (await stage.submit(told)).entries


async def test_a_link_is_seen_from_both_sides_and_can_be_undone(
    stage: Stage, document: Item, interpretations: Interpretations
) -> None:
    told = await material(stage, document)
    await interpretations.link(told.id, document.id, Form.INFOGRAPHIC, actor="editor")
    for one in (told, document):
        found = await stage.database.read(lambda c, one=one: relations_of(c, one.id))
        assert [(r.item_id, r.other_id) for r in found] == [(told.id, document.id)]
    assert await interpretations.unlink(told.id, document.id, actor="editor")
    assert not await interpretations.unlink(told.id, document.id, actor="editor")
    assert (await interpretations.standing(document.id))[0].materials == ()


async def test_nothing_interprets_itself_nor_an_interpretation(
    stage: Stage, document: Item, interpretations: Interpretations
) -> None:
    told = await material(stage, document)
    await interpretations.link(told.id, document.id, Form.TEXT, actor="editor")
    other = await material(stage, document, "另一份解读")
    for one, another in ((document, document), (other, told), (document, other)):
        with pytest.raises(CannotInterpret):
            await interpretations.link(one.id, another.id, Form.TEXT, actor="editor")


@pytest.mark.parametrize("part", ["outline", "forms", "channels", "due_on", "interpreter", "unit"])
async def test_a_plan_without_one_of_its_parts_is_refused_and_names_it(
    document: Item, interpretations: Interpretations, part: str
) -> None:
    empty = None if part == "due_on" else type(getattr(PLAN, part))()
    with pytest.raises(BadPlan) as refused:
        await interpretations.plan(document.id, replace(PLAN, **{part: empty}), actor="editor")
    assert refused.value.field == part
    assert refused.value.remedy is not None


async def test_a_mere_digest_is_pointed_out(
    stage: Stage, document: Item, interpretations: Interpretations
) -> None:
    copied = ItemDraft(
        body_id=document.body_id,
        title="摘抄",
        body=document.body,
        attribute=Attribute.PROACTIVE,
    )
    told = await stage.catalogue.add(copied, actor="editor")
    await interpretations.link(told.id, document.id, Form.TEXT, actor="editor")
    remarks = (await interpretations.standing(document.id))[2]
    assert any("摘抄" in words.zh and "重复原文" in words.zh for words in remarks)


async def test_a_figure_that_the_document_does_not_have_is_pointed_out(
    stage: Stage, document: Item, interpretations: Interpretations
) -> None:
    draft = ItemDraft(
        body_id=document.body_id,
        title="解读",
        body="出台背景：违规停车最高罚款500元。",
        attribute=Attribute.PROACTIVE,
    )
    told = await stage.catalogue.add(draft, actor="editor")
    await interpretations.link(told.id, document.id, Form.TEXT, actor="editor")
    remarks = (await interpretations.standing(document.id))[2]
    assert any("500元" in words.zh and "原文中没有" in words.zh for words in remarks)


async def test_bodies_are_appraised_on_what_became_public(
    stage: Stage,
    document: Item,
    interpretations: Interpretations,
    determinations: Determinations,
    clock: ManualClock,
) -> None:
    await interpretations.plan(document.id, PLAN, actor="editor")
    told = await material(stage, document)
    await interpretations.link(told.id, document.id, Form.INFOGRAPHIC, actor="editor")
    notice = await stage.item("事务性通知")
    await determinations.determine(notice.id, ORDINARY, actor="editor")
    start = clock.now()
    for item in (document, notice):
        await stage.do(lambda tx, item=item: mark_public(tx, item.id, 1, clock.now()))
    clock.advance(2 * 86_400)
    await stage.do(lambda tx: mark_public(tx, told.id, 1, clock.now()))
    [found] = await interpretations.appraise([document.body_id], start, start + timedelta(days=7))
    assert (found.documents, found.owed) == (2, 1)
    shown = {c.value: None if v is None else round(v) for c, v in found.values.items()}
    assert shown == {
        "planned": 100, "punctual": 100, "varied": 100, "complete": 36, "original": 100,
        "read": None, "reasoned": 100,
    }  # fmt: skip


async def test_new_weights_make_a_new_version_and_are_recorded(
    stage: Stage, interpretations: Interpretations
) -> None:
    old = await interpretations.weights()
    assert old.version == 0
    values = {criterion.value: weight for criterion, weight in old.values.items()}
    values |= {"read": 0, "punctual": 30}
    made = await interpretations.weigh(values, actor="office")
    assert (made.version, (await interpretations.weights()).version) == (1, 1)
    assert "interpretation.appraisal.weighed" in await kinds(stage)
