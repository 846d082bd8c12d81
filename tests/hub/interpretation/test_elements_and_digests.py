"""What is read out of an interpretation: its elements, and how much it repeats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.interpretation.elements import ELEMENT_WORDS, ESSENTIAL, Element, covered, repeated_share
from hub.interpretation.rules import DIGEST_SHARE

DATA = Path(__file__).resolve().parents[3] / "simulators" / "data" / "regulations.jsonl"
REGULATIONS = [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]

INTERPRETATION = """一、出台背景

近年来机动车保有量增长很快，老城区停车难，原办法已不适应管理需要。

二、主要内容

新办法把夜间路内泊位交给社区统筹，白天还给商户。

三、适用于哪些人

在本市停放机动车的单位和个人都适用。

四、与原办法相比有哪些变化

收费由定额改为计时，前半小时免费，老人看病陪护另有减免。

五、咨询电话：028-12345678，自2026年5月1日起施行。
"""


def test_the_elements_of_a_careful_interpretation_are_found() -> None:
    found = covered([INTERPRETATION])
    assert set(found.covered) == {
        Element.BACKGROUND, Element.MEASURES, Element.SCOPE, Element.DIFFERENCES,
        Element.BENEFITS, Element.PERIODS, Element.CONTACT,
    }  # fmt: skip
    assert found.essential_missing == ()
    assert found.share == pytest.approx(7 / 11)


def test_materials_of_one_document_cover_elements_together() -> None:
    apart = covered(["出台背景：……", "咨询电话 028-1"])
    assert {Element.BACKGROUND, Element.CONTACT} == set(apart.covered)
    assert apart.essential_missing == (Element.MEASURES, Element.SCOPE)


@pytest.mark.parametrize("row", REGULATIONS, ids=lambda row: row["title"][:16])
def test_articles_copied_out_of_a_real_regulation_are_a_mere_digest(row: dict[str, str]) -> None:
    paragraphs = [part for part in row["body"].split("\n") if len(part) > 40]
    digest = "\n".join(paragraphs[:6])
    assert repeated_share(digest, row["body"]) > DIGEST_SHARE


@pytest.mark.parametrize("row", REGULATIONS, ids=lambda row: row["title"][:16])
def test_an_interpretation_in_words_of_its_own_is_no_digest(row: dict[str, str]) -> None:
    assert repeated_share(INTERPRETATION, row["body"]) < 0.1


@given(st.text(max_size=300), st.text(max_size=300))
def test_the_repeated_share_is_a_share_whatever_the_texts(one: str, other: str) -> None:
    assert 0 <= repeated_share(one, other) <= 1


@given(st.text(alphabet="政务公开条例办法规定通知。；\n", min_size=20, max_size=200))
def test_a_text_repeats_itself_wholly_or_says_too_little(text: str) -> None:
    assert repeated_share(text, text) in (0, 1)


def test_every_element_has_words_and_the_essential_ones_are_elements() -> None:
    assert set(ELEMENT_WORDS) == set(Element)
    assert set(ESSENTIAL) < set(Element)
