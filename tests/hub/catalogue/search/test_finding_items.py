"""From a question to a page, over a real index and both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from hub.catalogue.models import Attribute, ItemDraft
from hub.catalogue.rules import draft_of
from hub.catalogue.search.errors import NoIndex
from hub.catalogue.search.models import Narrowing, Sort
from hub.catalogue.search.service import Search
from hub.catalogue.service import Catalogue
from hub.kernel.database import Database
from hub.kernel.errors import InvalidInput
from hub.organisations.errors import UnknownBody
from hub.organisations.models import Body
from tests.hub.catalogue.search.conftest import Ask, Enter, titles, withdraw


@pytest.fixture
async def stocked(enter: Enter, search: Search) -> None:
    await enter(
        "关于住房公积金提取有关问题的通知",
        "职工可以提取住房公积金。",
        doc_no="川府发〔2017〕5号",
        formed_on=date(2017, 3, 1),
        theme="综合政务\\政务公开",
    )
    costs, safety = "参保人应当按时缴费，住房另行规定。", "推广安全生产标准化。"
    await enter("关于社会保险费缴纳的公告", costs, code="cd", formed_on=date(2020, 5, 1))
    await enter("成都市安全生产规划", safety, code="cd", formed_on=date(2021, 6, 1))
    await enter("内部讨论稿：住房公积金", "尚未公开。", public=False)
    await search.rebuild()


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("住房公積金怎麼提取", "关于住房公积金提取有关问题的通知"),
        ('"公积金提取"', "关于住房公积金提取有关问题的通知"),
        ("请问川府發[2017]第05號", "关于住房公积金提取有关问题的通知"),
        ("gongjijin", "关于住房公积金提取有关问题的通知"),
        ("gjj", "关于住房公积金提取有关问题的通知"),
        ("gongjijing", "关于住房公积金提取有关问题的通知"),
        ("社保", "关于社会保险费缴纳的公告"),
        ("成都的安全生产", "成都市安全生产规划"),
        ("成都住房", "关于社会保险费缴纳的公告"),
    ],
)
async def test_a_question_finds_its_item_first(ask: Ask, text: str, first: str) -> None:
    assert titles(await ask(text))[0] == first


@pytest.mark.usefixtures("stocked")
async def test_words_that_must_stand_together_do_not_elsewhere(ask: Ask) -> None:
    assert titles(await ask('"住房提取"')) == []


@pytest.mark.usefixtures("stocked")
async def test_a_place_where_nothing_is_found_gives_way_and_says_so(ask: Ask) -> None:
    page = await ask("成都公积金提取")
    assert page.understood.relaxed
    assert titles(page)[0] == "关于住房公积金提取有关问题的通知"


async def test_pages_of_a_relaxed_question_follow_each_other(
    enter: Enter, search: Search, ask: Ask
) -> None:
    for n in range(3):
        await enter(f"关于公积金的通知{n}")
    await search.rebuild()
    first = await ask("成都公积金", limit=2)
    second = await ask("成都公积金", limit=2, offset=first.following)
    assert second.understood.relaxed
    assert sorted(titles(first) + titles(second)) == [f"关于公积金的通知{n}" for n in range(3)]


@pytest.mark.usefixtures("stocked")
async def test_filters_narrow_and_facets_count(ask: Ask, bodies: dict[str, Body]) -> None:
    page = await ask("", facets=True)
    assert page.total == 3
    assert {f.value: f.count for f in page.facets["year"]} == {"2017": 1, "2020": 1, "2021": 1}
    assert {f.value for f in page.facets["theme"]} == {"综合政务", "综合政务\\政务公开"}
    assert len(titles(await ask("", narrowing=Narrowing(theme="综合政务")))) == 1
    assert len(titles(await ask("住房", narrowing=Narrowing(year=2020)))) == 1
    assert len(titles(await ask("", narrowing=Narrowing(body_id=bodies["cd"].id)))) == 2
    assert len(titles(await ask("", narrowing=Narrowing(body_id=bodies["sc"].id)))) == 3
    with pytest.raises(UnknownBody):
        await ask("", narrowing=Narrowing(body_id="nobody"))


@pytest.mark.usefixtures("stocked")
async def test_pages_follow_each_other_newest_first(ask: Ask) -> None:
    first = await ask("", sort=Sort.DATE, limit=2)
    rest = await ask("", sort=Sort.DATE, limit=2, offset=first.following)
    assert first.more
    assert not rest.more
    days = [hit.item.on.year for hit in (*first.hits, *rest.hits)]
    assert days == [2021, 2020, 2017]


@pytest.mark.usefixtures("stocked")
async def test_what_is_not_public_is_for_the_inside_only(ask: Ask) -> None:
    inside = await ask("讨论稿", narrowing=Narrowing(public_only=False))
    assert titles(inside) == ["内部讨论稿：住房公积金"]
    assert titles(await ask("讨论稿")) == []


async def test_what_is_withdrawn_vanishes_before_the_index_knows(
    enter: Enter, search: Search, ask: Ask, database: Database
) -> None:
    items = [await enter(f"关于公积金的通知{n}") for n in range(4)]
    await search.rebuild()
    for gone in items[:2]:
        await withdraw(database, gone)
    page = await ask("公积金", limit=2)
    assert sorted(titles(page)) == ["关于公积金的通知2", "关于公积金的通知3"]


@pytest.mark.usefixtures("stocked")
async def test_matches_are_marked_in_title_and_passage(ask: Ask) -> None:
    hit = (await ask("提取公積金")).hits[0]
    marked = [hit.title.text[start:end] for start, end in hit.title.marks]
    assert marked == ["住房公积金提取"]  # the synonym of 公积金 as well
    assert hit.passage.marks


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize("text", ["(((", "的", "+-*/:\\", "无此词语组合", "x" * 10_000])
async def test_what_means_nothing_finds_nothing(ask: Ask, text: str) -> None:
    assert titles(await ask(text)) == []


@pytest.mark.usefixtures("stocked")
async def test_titles_are_suggested_by_characters_and_by_sound(search: Search) -> None:
    assert await search.suggest("关于住房公") == ["关于住房公积金提取有关问题的通知"]
    assert await search.suggest("gongj") == ["关于住房公积金提取有关问题的通知"]
    assert await search.suggest("((") == []


async def test_without_an_index_the_remedy_is_named(ask: Ask) -> None:
    with pytest.raises(NoIndex) as caught:
        await ask("公积金")
    assert "rebuild" in str(caught.value.remedy)


async def test_imported_synonyms_count_at_once_and_former_ones_are_kept(
    enter: Enter, search: Search, ask: Ask
) -> None:
    await enter("机动车驾驶证补领办法")
    await search.rebuild()
    assert titles(await ask("驾本")) == []
    version, _ = await search.import_synonyms('[synonyms]\n"驾本" = ["机动车驾驶证"]', actor="a")
    assert version == 1
    assert titles(await ask("驾本")) == ["机动车驾驶证补领办法"]
    with pytest.raises(InvalidInput):
        await search.import_synonyms('[synonyms]\n"驾" = []', actor="a")
    assert (await search.synonyms())[0] == 1


async def test_words_in_most_items_are_left_out_and_named(
    enter: Enter, search: Search, ask: Ask
) -> None:
    for n in range(120):
        await enter(f"关于某事项{n}的通知", "工作。")
    await enter("公积金工作的通知")
    await search.rebuild()
    page = await ask("公积金工作通知")
    assert {"工作", "通知"} <= set(page.understood.dropped)
    assert titles(page) == ["公积金工作的通知"]
    assert len(titles(await ask("通知"))) == 10  # nothing else is left


async def test_a_new_version_is_the_insides_until_it_is_public(
    enter: Enter, search: Search, ask: Ask, catalogue: Catalogue
) -> None:
    item = await enter("旧题公积金")
    await catalogue.edit(item.id, replace(_draft(item), title="新题社会保险"), actor="editor")
    await search.rebuild()
    inside = Narrowing(public_only=False)
    assert titles(await ask("社会保险", narrowing=inside)) == ["新题社会保险"]
    assert titles(await ask("社会保险")) == []


def _draft(item: object) -> ItemDraft:
    found = draft_of(item)  # type: ignore[arg-type]
    assert found.attribute is Attribute.PROACTIVE
    return found
