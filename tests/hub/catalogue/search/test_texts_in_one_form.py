"""Both sides of a search are brought into one form and cut into the same words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalogue.search.normalise import folded, normalised, prepared
from hub.catalogue.search.pinyin import spellings
from hub.catalogue.search.segment import FILLER, segmenter

TEXTS = st.text(
    st.sampled_from(
        "住房公积金提取管理办法的第三十八条，。（）①２０１７年ＡｂＣ號發廣﹝﹞İßﬁ㎡ \n\t\x00"
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("住房公積金", "住房公积金"),
        ("川府發［２０１７］５號", "川府发[2017]5号"),
        ("ＱＱ Ａ", "qq a"),
        ("a\x00b\u200bc", "a b c"),
    ],
)
def test_script_width_case_and_unseen_characters_make_no_difference(typed: str, plain: str) -> None:
    assert normalised(typed) == plain


@given(TEXTS)
def test_a_long_text_has_the_words_of_a_short_one(text: str) -> None:
    assert segmenter().words(prepared(text)) == segmenter().words(normalised(text))


@given(st.one_of(TEXTS, st.text(max_size=40)))
def test_places_in_a_folded_text_are_places_in_the_text(text: str) -> None:
    assert len(folded(text)) == len(text)


@given(TEXTS)
def test_a_position_in_the_stream_is_a_place_in_the_text(typed: str) -> None:
    text = normalised(typed)
    slots = segmenter().stream(text).split(" ")[: len(text)]
    placed = [(place, word) for place, word in enumerate(slots) if word != FILLER]
    assert placed == segmenter().phrase(text)
    assert all(text.startswith(word, place) for place, word in placed)


def test_a_word_stands_in_the_slot_of_its_first_character() -> None:
    slots = segmenter().stream("住房公积金提取").split(" ")
    assert (slots[0], slots[2], slots[3], slots[5]) == ("住房", "公积", "积金", "提取")
    assert slots[8:] == ["公积金", "住房公积金"]  # longer words follow after the last slot


def test_words_are_spelled_in_full_and_by_their_initials() -> None:
    assert spellings(["公积金", "的", "abc"]) == ["gongjijin", "gjj"]
