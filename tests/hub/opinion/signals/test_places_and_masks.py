"""Where something is, and what is masked: pure rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.opinion.signals.places import MOST, find_place, known_names
from hub.opinion.signals.rules import mask


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("武侯区簇桥街道的菜市场太脏", "武侯区簇桥街道"),
        ("希望大邑县安仁镇修路", "大邑县安仁镇"),
        ("A市A3区梅溪湖街道噪音", "A3区梅溪湖街道"),
        ("小区的物业收费太高", ""),
        ("住在老旧小区，超市关门", ""),
        ("我想咨询落户", ""),
    ],
)
def test_a_place_is_found(text: str, place: str) -> None:
    assert find_place(text) == place


def test_names_of_bodies_go_first() -> None:
    known = known_names(["绵阳市人民政府", "绵阳市涪城区", "绵阳市"])
    assert known[0] == "绵阳市涪城区"
    assert find_place("在绵阳市涪城区城郊街道办事", known) == "绵阳市涪城区城郊街道"


def test_a_name_people_give_as_their_own_is_cut() -> None:
    assert mask("联系人：张建国，请回电") == "联系人：张某，请回电"


@given(st.text(alphabet="市区县镇乡街道小在ABC12中山路，", max_size=80))
def test_a_place_is_a_part_of_the_text_and_short(text: str) -> None:
    place = find_place(text)
    assert len(place) <= MOST
    assert all(sign in text for sign in place)


@given(st.text(max_size=200))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask(text)
    assert mask(once) == once
