from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalogue.numbering.doc_numbers import (
    DocNumber,
    doc_key,
    doc_keys_in,
    normalised_doc_no,
    parse_doc_no,
)

SAMPLE = Path(__file__).parent.parent / "sample_gov_docs.csv"


@pytest.mark.parametrize(
    "typed",
    [
        "川府发〔2017〕5号",
        "川府发[2017]5号",
        "川府发（2017）第5号",
        "川府发(2017)5号",
        "川府发【2017】05号",
        "川府发﹝2017﹞5号",
        "川府发［2017］5号",
        "川府发２０１７ ５号",
        "川府发〔２０１７〕 第 ５ 号",
        "川府发2017年5号",
        "川府发20175号",
        "川府发〔2017〕第五号",
        "川府发二〇一七年第五号",
        "川府发[2017]5",
        "川府發〔2017〕5號",
    ],
)
def test_a_number_is_the_same_however_it_is_typed(typed: str) -> None:
    assert doc_key(typed) == "川府发|2017|5"
    assert "川府发|2017|5" in doc_keys_in(f"請問{typed}")
    assert "川府发|2017|5" in doc_keys_in(f"我想查一下 {typed} 是什么内容？")


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("川府发[2017]5号", "川府发〔2017〕5号"),
        ("川办函（２０２０） ０8 号", "川办函〔2020〕8号"),
        ("国办发【2018】第123号", "国办发〔2018〕123号"),
        ("国令第843号", "国令第843号"),
        ("国务院第711号令", "国务院令第711号"),
        ("国务院令第七百一十一号", "国务院令第711号"),
        ("海关总署公告2017年第05号", "海关总署公告2017年第5号"),
        ("乾政发[2017]5号", "乾政发〔2017〕5号"),
        ("川府发〔2017〕5号、川办发〔2017〕6号", "川府发〔2017〕5号、川办发〔2017〕6号"),
        ("无文号", "无文号"),
        ("", ""),
    ],
)
def test_document_numbers_take_one_form(typed: str, normal: str) -> None:
    assert normalised_doc_no(typed) == normal


@pytest.mark.parametrize(
    "order", ["国令第711号", "国务院令第711号", "中华人民共和国国务院令第711号", "国务院第711号令"]
)
def test_an_order_has_one_key_under_each_of_its_names(order: str) -> None:
    assert doc_key(order) == "国令||711"


@pytest.mark.parametrize("text", ["", "第5号", "2017年5号", "（2017）第5号", "川府发", "110号"])
def test_what_names_no_issuer_is_no_number(text: str) -> None:
    assert doc_key(text) == ""
    assert doc_keys_in(text) == ()


def test_several_numbers_of_one_question_are_all_tried() -> None:
    keys = doc_keys_in("川府发〔2017〕5号和川办函〔2020〕8号有什么区别")
    assert {"川府发|2017|5", "川办函|2020|8"} <= set(keys)


def test_every_number_of_real_listings_is_read_whole() -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        numbers = [row["pcode"] for row in csv.DictReader(file) if row["pcode"]]
    assert len(numbers) == 22
    for text in numbers:
        number = parse_doc_no(text)
        assert number is not None
        assert number.text == text


ISSUERS = st.text(st.sampled_from("川府办发函国财教规环工信部联"), min_size=1, max_size=9)
BRACKETS = st.sampled_from(["〔〕", "[]", "（）", "()", "【】", "﹝﹞", "［］"])


@given(ISSUERS, st.integers(1949, 2099), st.integers(1, 99_999), BRACKETS, st.booleans())
def test_any_number_survives_any_typing(
    issuer: str, year: int, count: int, pair: str, sloppy: bool
) -> None:
    number = DocNumber(issuer, year, count)
    assert parse_doc_no(number.text) == number
    typed = f"{issuer} {pair[0]}{year}{pair[1]} {'第0' if sloppy else ''}{count} 号"
    assert parse_doc_no(typed) == number
    assert doc_key(typed) == f"{issuer}|{year}|{count}"
    full = typed.translate({48 + d: 0xFF10 + d for d in range(10)})
    assert normalised_doc_no(full) == number.text
    assert number.key in doc_keys_in(f"请问{typed}何时施行")


@given(st.text(max_size=60))
def test_normalising_a_number_twice_changes_nothing(text: str) -> None:
    once = normalised_doc_no(text)
    assert normalised_doc_no(once) == once
