"""Text is as long as its platform says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.publishing.models import LengthUnit
from publishers.length import length

CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF))
NO_LINK = st.text(st.characters(exclude_characters="h:", exclude_categories=["Cs"]))
PATH = st.text("abcXYZ0189-_/?=&.%#", max_size=200)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("公开", 2),
        ("a", 1),
        ("ab", 1),
        ("abc公", 3),
        ("http://t.cn/A6x", 10),
        ("详见https://www.gov.cn/zhengce/1.html。", 13),
        ("https://a.cn/1 https://a.cn/2", 21),
        ("𠮷", 2),
    ],
)
def test_weibo_counts_half_widths_and_short_links(text: str, expected: int) -> None:
    assert length(text, LengthUnit.WEIBO) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("公开abc", 5),
        ("𠮷", 1),
        ("http://t.cn/A6x", 23),
        ("详见https://www.gov.cn/zhengce/1.html", 2 + 23),
        ("https://www.gov.cn https://www.gov.cn/", 23 + 1 + 23),
        ("https://www.gov.cn/a?b=1&c=2#d", 23),
        ("（https://www.gov.cn/1）", 2 + 23),
        ("https://www.gov.cn/1,", 23 + 1),  # the platform links without the comma
        ("xhttps://www.gov.cn/1", 21),  # no link there
        ("https://localhost/zhengce", 25 + 12),  # none that is sure
        ("https://www.gov.cn.", 19 + 12),
    ],
)
def test_mastodon_counts_what_it_links_as_23(text: str, expected: int) -> None:
    assert length(text, LengthUnit.MASTODON) == expected


@pytest.mark.parametrize("unit", list(LengthUnit))
def test_every_unit_counts_nothing_as_nothing(unit: LengthUnit) -> None:
    assert length("", unit) == 0


@given(CHINESE)
def test_a_chinese_character_is_one_everywhere_but_in_bytes(text: str) -> None:
    ones = [unit for unit in LengthUnit if unit is not LengthUnit.UTF8_BYTES]
    assert {length(text, unit) for unit in ones} == {len(text)}
    assert length(text, LengthUnit.UTF8_BYTES) == 3 * len(text)


@given(CHINESE, PATH)
def test_a_link_on_weibo_is_ten_however_long_it_is(text: str, path: str) -> None:
    assert length(f"{text}https://www.gd.gov.cn/{path}", LengthUnit.WEIBO) == len(text) + 10


@given(NO_LINK, NO_LINK)
def test_joining_texts_never_makes_them_longer(one: str, other: str) -> None:
    for unit in LengthUnit:
        whole = length(one + other, unit)
        assert max(length(one, unit), length(other, unit)) <= whole
        assert whole <= length(one, unit) + length(other, unit)


@given(st.text(st.characters()))
def test_utf16_agrees_with_counting_astral_characters_twice(text: str) -> None:
    assert length(text, LengthUnit.UTF16) == sum(1 + (ord(char) > 0xFFFF) for char in text)


@given(st.text())
def test_ordinary_text_has_the_length_python_encodes_it_to(text: str) -> None:
    assert length(text, LengthUnit.UTF8_BYTES) == len(text.encode())
