"""Identity numbers, mobile numbers and bank cards: found however typed, told from other numbers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.review.checks.masking import masked
from hub.review.checks.numbers import is_citizen_number, is_credit_code
from tests.hub.review.checks.making import (
    FULL_WIDTH,
    GAPS,
    card,
    cards,
    citizen,
    citizens,
    look,
    mobiles,
    rules_in,
    spread,
    texts,
)

SOMEBODY = citizen("350481", date(1990, 3, 7), 12)


@given(citizens, st.sampled_from([(18,), (6, 8, 4), (6, 4, 4, 4), (4, 4, 4, 4, 2), (14, 4)]),
       st.sampled_from([*GAPS, "\n"]), st.booleans(), texts, texts)  # fmt: skip
def test_an_identity_number_is_found_however_it_is_typed(
    number: str, sizes: tuple[int, ...], gap: str, wide: bool, before: str, after: str
) -> None:
    typed = spread(number, sizes, gap)
    text = before + (typed.translate(FULL_WIDTH) if wide else typed) + after
    [found] = [f for f in look(text) if f.rule == "id-number"]
    assert (found.value, found.severity, found.final) == (number, "block", True)
    assert text[found.start : found.end] == found.text
    assert masked(text, [found]) == f"{before}{number[:2]}*************{number[-3:]}{after}"


@given(mobiles, st.sampled_from([(11,), (3, 4, 4), (3, 8), (7, 4), (4, 4, 3)]),
       st.sampled_from([*GAPS, "\n"]), st.sampled_from(["", "+86 ", "电话：", "Tel", "86", "0"]),
       st.booleans(), texts)  # fmt: skip
def test_a_mobile_number_is_found_however_it_is_typed(
    number: str, sizes: tuple[int, ...], gap: str, prefix: str, wide: bool, after: str
) -> None:
    if gap == "\n" and len(sizes) > 2:
        gap = "-"
    typed = prefix + spread(number, sizes, gap)
    found = look((typed.translate(FULL_WIDTH) if wide else typed) + after)
    assert [(f.rule, f.value) for f in found] == [("mobile-number", number)]
    assert found[0].mask == f"{number[:3]}****{number[-4:]}"


@given(cards, st.sampled_from(["", " ", "-"]), texts, texts)
def test_a_bank_card_is_found_and_keeps_its_last_four(
    number: str, gap: str, before: str, after: str
) -> None:
    sizes = (4, 4, 4, 4, 3) if gap else (19,)
    [found] = [
        f for f in look(before + spread(number, sizes, gap) + after) if f.rule == "bank-card"
    ]
    assert found.mask == "*" * 15 + number[-4:]


@given(citizens, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_makes_it_no_identity_number(number: str, place: int, by: int) -> None:
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert not is_citizen_number(wrong)


def test_the_old_form_of_15_digits_is_one_too() -> None:
    assert rules_in("身份证350481900307123") == [("id-number", "block")]
    assert rules_in("注册号350481900307123") == []
    assert rules_in("350481901307123") == []  # there is no thirteenth month


@pytest.mark.parametrize(
    "text",
    [
        "咨询电话：028-86604113，010-66012345，(028)86604113",
        "拨打12345或400-810-8888",
        "统一社会信用代码91350481MA2XN5CK3G",
        "统一社会信用代码：12510000450716385Y",
        "索引号：000014349/2026-00012",
        "索引号 6217000010001234567 的文件",
        "总投资13812345678元，其中13912345678.50美元",
        "约 0.13812345678 的比例",
        "川府发〔2026〕13812号",
        "2020 2021 2022 2023 2024 2025 2026",
        "https://www.sc.gov.cn/10462/13812345678/content.shtml",
        "content_13812345678.htm",
        "哈希 a13812345678b",
        "流水号20260329123456789",
        "1100000000000000000",
        "咨询邮箱 xxgk@sc.gov.cn",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert rules_in(text) == []


def test_an_account_of_an_office_is_shown_but_refuses_nothing() -> None:
    number = card("622848001234567")
    office = f"户名：三台县财政局\n开户行：农业银行\n账号：{number}"
    assert rules_in(office) == [("bank-card", "warn")]
    assert rules_in(f"户名：张某某\n卡号：{number}") == [("bank-card", "block")]


def test_a_credit_code_is_known_by_its_check_character() -> None:
    assert is_credit_code("91350100M000100Y43")  # the example of GB 32100-2015
    assert not is_credit_code("91350100M000100Y44")


def test_two_numbers_side_by_side_are_two_findings() -> None:
    found = look(f"张三 13812345678/13912345678 {SOMEBODY} 13712345678")
    assert [f.rule for f in found] == ["mobile-number"] * 2 + ["id-number", "mobile-number"]


def test_what_is_private_never_shows_in_a_repr() -> None:
    [found] = look(f"身份证号{SOMEBODY}")
    assert SOMEBODY not in repr(found)
    assert SOMEBODY[-3:] not in repr(found)


def test_one_thing_has_one_hash_wherever_it_stands() -> None:
    first, second = look("电话138 1234 5678"), look("见１３８１２３４５６７８，", "weibo#1.text")
    assert first[0].hash == second[0].hash
    assert first[0].hash != look("13812345679")[0].hash
