"""What a question means is found before any index is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalogue.search.models import Question
from hub.catalogue.search.understanding import (
    NOBODY,
    checked_question,
    gazetteer,
    understand,
)
from hub.kernel.errors import InvalidInput
from hub.organisations.models import Body, BodyKind

BODIES = [
    Body(id="sc", code="sc", name="四川省人民政府", kind=BodyKind.PROVINCE),
    Body(id="jyt", code="jyt", name="四川省教育厅", kind=BodyKind.DEPARTMENT, parent_id="sc"),
    Body(id="ga", code="ga", name="广安市人民政府", kind=BodyKind.CITY, parent_id="sc"),
    Body(id="gajy", code="gajy", name="广安市教育局", kind=BodyKind.DEPARTMENT, parent_id="ga"),
    Body(id="ab", code="ab", name="阿坝藏族羌族自治州人民政府", kind=BodyKind.CITY, parent_id="sc"),
    Body(id="abjy", code="abjy", name="阿坝州教育局", kind=BodyKind.DEPARTMENT, parent_id="ab"),
]
NAMES = gazetteer(BODIES)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("广安的教育政策", {"ga", "gajy"}),
        ("广安市人民政府公报", {"ga", "gajy"}),
        ("阿坝州补贴", {"ab", "abjy"}),
        ("省教育厅招生", {"jyt"}),
        ("教育厅招生", {"jyt"}),
        ("广安教育局招生", {"gajy"}),
        ("廣安市教育局", {"gajy"}),
    ],
)
def test_a_place_or_body_is_known_by_what_people_call_it(text: str, ids: set[str]) -> None:
    (place,) = understand(text, NAMES, {}).places
    assert place.body_ids == ids


@pytest.mark.parametrize("text", ["推广安全生产", "教育局招生", "四川的政策", ""])
def test_a_name_inside_words_of_many_or_of_everything_is_no_place(text: str) -> None:
    assert understand(text, NAMES, {}).places == ()


def test_the_words_of_a_place_are_looked_for_no_more() -> None:
    assert understand("广安的公积金", NAMES, {}).words == ("公积", "积金", "公积金")


def test_a_question_that_is_only_a_place_keeps_it_as_a_word() -> None:
    assert understand("广安", NAMES, {}).words == ("广安",)


@pytest.mark.parametrize(
    "typed", ["川府发〔2017〕5号", "请问川府發[2017]第05號", "川府发 2017年5号"]
)
def test_a_document_number_is_known_in_any_typing(typed: str) -> None:
    assert "川府发|2017|5" in understand(typed, NOBODY, {}).numbers


def test_quoted_words_are_a_phrase_and_an_index_number_is_one() -> None:
    assert understand("“住房公积金提取” 办法", NOBODY, {}).phrases == ("住房公积金提取",)
    assert understand("00001434 9/2018-00222", NOBODY, {}).index_no == ""
    assert understand("000014349/2018-00222", NOBODY, {}).index_no == "000014349/2018-00222"


def test_a_synonym_is_told_with_what_it_means() -> None:
    meant = {"社保": ("社会保险",), "驾照": ("机动车驾驶证",)}
    assert understand("社保怎么交", NOBODY, meant).synonyms == {"社保": ("社会保险",)}


@given(
    st.one_of(
        st.text(max_size=80), st.text('()[]{}"“”+-:*\\/^~?&|!<>〔〕\x00号发2017', max_size=40)
    )
)
def test_nothing_that_is_typed_is_an_error(text: str) -> None:
    understand(text, NAMES, {"社保": ("社会保险",)})


@pytest.mark.parametrize(
    ("question", "field"),
    [(Question(limit=0), "limit"), (Question(limit=101), "limit"), (Question(offset=-1), "offset"),
     (Question(offset=1001), "offset")],
)  # fmt: skip
def test_a_page_that_cannot_be_shown_names_its_field(question: Question, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        checked_question(question)
    assert caught.value.field == field
