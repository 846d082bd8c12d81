"""A year in a question says of when; what only looks like one stays among the words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.catalogue.search.normalise import normalised
from hub.catalogue.search.service import Search
from hub.catalogue.search.understanding import NOBODY, understand
from hub.catalogue.search.years import years_in
from tests.hub.catalogue.search.conftest import Ask, Enter, titles


@pytest.mark.parametrize(
    "text",
    ["2023年 医保 政策", "２０２３年医保", "医保 2023", "2023年度决算", "二〇二三年工作要点",
     "国务院令第711号 2023", "2023年前三季度经济", "2023年3月 通知"],
)  # fmt: skip
def test_a_year_is_known_by_what_stands_around_it(text: str) -> None:
    assert years_in(normalised(text))[0] == (2023,)


@pytest.mark.parametrize(
    "text",
    ["川府发〔2017〕5号", "川府发[2017]5号", "2017年5号", "2017 5号", "2017 年 第 5 号", "2000元",
     "教育厅2023年第三号", "2023年3月15日", "2021—2025年规划", "2021年至2025年", "2020年以来",
     "2020年前", "自2020年起", "12023年", "2000 元", "1900年", "2023医保"],
)  # fmt: skip
def test_what_only_looks_like_a_year_is_none(text: str) -> None:
    plain = normalised(text)
    assert years_in(plain) == ((), plain)


@settings(deadline=None)  # the dictionary is loaded on the way
@given(st.integers(1949, 2099), st.sampled_from(["年", "年度", " 年"]))
def test_every_year_since_1949_is_taken_out_of_the_words(year: int, unit: str) -> None:
    found = understand(f"医保 {year}{unit} 政策", NOBODY, {})
    assert found.years == (year,)
    assert found.words == ("医保", "政策")


def test_a_year_in_a_phrase_or_in_a_sentence_is_one_of_its_words() -> None:
    assert understand("“2023年工作要点”", NOBODY, {}).years == ()
    sentence = "为规范医疗保障基金使用监督管理，定点医药机构应当在2023年建立健全内部制度并定期检查"
    assert understand(sentence, NOBODY, {}).years == ()


async def test_a_year_leaves_what_is_of_it_or_names_it_and_those_that_name_it_come_first(
    enter: Enter, search: Search, ask: Ask
) -> None:
    await enter("医保政策的通知", "医保。", formed_on=date(2023, 5, 1))
    await enter("2023年医保决算", "医保政策。", formed_on=date(2024, 8, 1))
    await enter("医保政策问答", "2023年的医保政策。", formed_on=date(2020, 1, 1))
    await search.rebuild()
    page = await ask("2023年 医保 政策")
    assert page.understood.years == (2023,)
    assert set(titles(page)) == {"医保政策的通知", "2023年医保决算"}
    assert titles(await ask("2023年决算 医保"))[0] == "2023年医保决算"
    assert titles(await ask("2023年")) == ["2023年医保决算", "医保政策的通知"]


async def test_what_is_formed_in_december_and_published_in_january_is_of_both_years(
    enter: Enter, search: Search, ask: Ask
) -> None:
    item = await enter("医保政策", formed_on=date(2025, 12, 20))
    assert item.entered_at.year == 2026
    await enter("很久以前的医保政策", formed_on=date(2017, 3, 1))
    await search.rebuild()
    assert titles(await ask("2025年医保政策")) == ["医保政策"]
    assert titles(await ask("2026年医保政策")) == ["医保政策"]


async def test_a_year_of_which_nothing_is_gives_way_before_the_place_does(
    enter: Enter, search: Search, ask: Ask
) -> None:
    await enter("公积金提取", code="cd", formed_on=date(2020, 1, 1))
    await enter("公积金提取的通知", formed_on=date(2020, 1, 1))
    await search.rebuild()
    page = await ask("2019年成都公积金")
    assert (page.understood.any_year, page.understood.relaxed) == (True, False)
    assert titles(page) == ["公积金提取"]


def test_where_no_year_is_kept_to_its_number_is_still_looked_for() -> None:
    found = understand("2011年 医保规定", NOBODY, {}, any_year=True)
    assert found.years == ()
    assert found.words == ("医保", "规定", "2011")
