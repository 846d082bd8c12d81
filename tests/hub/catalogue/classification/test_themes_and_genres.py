from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalogue.classification.models import GENRES, Genre, StatutoryClass, Theme, ThemeList
from hub.catalogue.classification.rules import (
    Themes,
    check_themes,
    find_genre,
    find_statutory_class,
    genre_of_title,
    national_themes,
)
from hub.catalogue.models import Filter, ItemDraft
from hub.catalogue.rules import draft_of
from hub.catalogue.service import Catalogue
from hub.kernel.errors import InvalidInput

NATIONAL = Themes(national_themes())
OPENNESS = "综合政务\\政务公开"


def test_the_national_list_has_22_themes_and_121_sub_classes() -> None:
    themes = national_themes().themes
    assert (len(themes), sum(len(theme.below) for theme in themes)) == (22, 121)
    assert list(check_themes(national_themes())) == []


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("综合政务\\政务公开", OPENNESS),
        ("综合政务/政务公开", OPENNESS),
        (" 综合政务 > 政务公开 ", OPENNESS),
        ("政务公开", OPENNESS),
        ("综合政务", "综合政务"),
        ("税务", "财政、金融、审计\\税务"),
        ("民政\\其他", "民政、扶贫、救灾\\其他"),
        ("能源", "国土资源、能源"),
        ("证券", "财政、金融、审计\\证券"),
        ("其他", "其他"),
        ("民政、乡村振兴、救灾", None),
        ("", None),
        ("\\", None),
    ],
)
def test_a_theme_is_found_by_the_names_people_use(said: str, meant: str | None) -> None:
    assert NATIONAL.find(said) == meant


def test_an_unknown_theme_is_refused_with_the_nearest_ones() -> None:
    with pytest.raises(InvalidInput) as refused:
        NATIONAL.resolved("综合政务\\政务公天")
    assert OPENNESS in refused.value.remedy.zh


@given(st.sampled_from(national_themes().paths))
def test_every_path_of_the_list_means_itself(path: str) -> None:
    assert NATIONAL.resolved(path) == path


@given(st.text(max_size=30))
def test_whatever_is_said_a_theme_of_the_list_is_found_or_none(said: str) -> None:
    assert NATIONAL.find(said) in {None, *national_themes().paths}


@pytest.mark.parametrize(
    "themes",
    [(), (Theme(name=""),), (Theme(name="甲"), Theme(name="甲")), (Theme(name="甲/乙"),),
     (Theme(name="甲", below=("乙", "乙")),), (Theme(name="甲", below=(" 乙",)),)],
)  # fmt: skip
def test_a_list_nobody_could_use_is_refused(themes: tuple[Theme, ...]) -> None:
    assert list(check_themes(ThemeList(source="x", themes=themes)))


async def test_an_imported_list_is_the_next_version_and_items_keep_what_they_have(
    catalogue: Catalogue, draft: ItemDraft
) -> None:
    item = await catalogue.add(replace(draft, theme="政务公开"), actor="editor")
    assert item.theme == OPENNESS
    local = ThemeList(source="本地", themes=(Theme(name="乡村振兴", below=("产业",)),))
    assert (await catalogue.import_themes(local, actor="office")).version == 1
    assert (await catalogue.import_themes(local, actor="office")).version == 1
    kept = await catalogue.edit(item.id, replace(draft_of(item), title="新题"), actor="editor")
    assert (kept.theme, kept.version) == (OPENNESS, 2)
    with pytest.raises(InvalidInput, match="综合政务"):
        await catalogue.add(replace(draft, external_key="2", theme="综合政务"), actor="editor")
    moved = await catalogue.edit(item.id, replace(draft_of(kept), theme="产业"), actor="editor")
    assert moved.theme == "乡村振兴\\产业"
    assert [i.id for i in await catalogue.list(Filter(theme="乡村振兴"))] == [item.id]


@pytest.mark.parametrize(
    ("name", "genre"),
    [
        ("通知", Genre.NOTICE),
        ("令", Genre.ORDER),
        ("命令（令）", Genre.ORDER),
        ("会议纪要", Genre.MINUTES),
        ("notice", Genre.NOTICE),
        ("诗", None),
    ],
)
def test_genres_come_under_their_names_new_and_old(name: str, genre: Genre | None) -> None:
    assert find_genre(name) is genre


def test_the_fifteen_kinds_of_the_rules_come_first() -> None:
    first = [names[0] for names in list(GENRES.values())[:15]]
    assert first == [
        "决议", "决定", "命令（令）", "公报", "公告", "通告", "意见", "通知", "通报", "报告",
        "请示", "批复", "议案", "函", "纪要",
    ]  # fmt: skip
    assert set(GENRES) == set(Genre)


def test_a_title_tells_its_genre() -> None:
    assert genre_of_title("国务院办公厅关于重点林区采伐限额的复函") == "复函"
    assert genre_of_title("关于印发办法的通知（试行）") == "通知"
    assert genre_of_title("国家发展改革委负责同志就规划答记者问") == ""


@pytest.mark.parametrize("said", ["20-12", "（十二）", "(十二)", "第二十条第（十二）项"])
def test_the_laws_items_are_known_by_number(said: str) -> None:
    assert find_statutory_class(said) is StatutoryClass.EMERGENCIES
