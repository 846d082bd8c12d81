"""The fact guard: what means the same passes, what the source lacks is named with its nearest."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.review.checks.facts import Source, find_unsupported
from hub.review.checks.figures import chinese_number
from hub.review.checks.plain import Plain

SOURCE = Source.of(
    [
        "四川省人民政府办公厅关于印发行动方案的通知 川办发〔2026〕12号",
        "各市（州）人民政府：到2026年3月15日，安排补助资金一百二十万元，惠及３５００户，"
        "同比增长12.5%，占三成。2026—2030年每年投入10-20万元。会议上午9:30由省长王明德主持，"
        "四川省教育厅、成都市教育局负责落实，责任人为局长李思源。总投资1.2亿元。",
    ]
)
_DIGITS = "零一二三四五六七八九"


def unsupported(text: str) -> list[tuple[str, str]]:
    """(what the text says, in whose place the advice puts what)."""
    return [
        (text[hit.start : hit.end].strip(), hit.about.zh if hit.about else "")
        for hit in find_unsupported(SOURCE, Plain(text))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "补助资金120万元", "补助1,200,000元", "补助１２０万元", "安排一百二十万元", "120余万元",
        "惠及3500户", "惠及三千五百户", "惠及3,500户", "增长12.5%", "增长百分之十二点五",
        "2026年3月", "2026-03", "2026-03-15", "3月15日", "二〇二六年三月十五日", "2026/3/15",
        "2026年至2030年", "每年10万元至20万元", "每年10-20万元", "上午9时30分", "川办发[2026]12号",
        "根据川办发〔2026〕12号", "总投资12000万元", "三大亮点、5项措施", "1. 目标\n2、任务",
        "十四五规划", "12.5个百分点",
        "二十大精神", "见 https://www.sc.gov.cn/2027/content_998.html", "电话见官网", "省教育厅",
        "由成都市教育局负责", "省长王明德主持会议", "四川省人民政府办公厅",
    ],
)  # fmt: skip
def test_what_means_the_same_is_supported(text: str) -> None:
    assert unsupported(text) == []


@pytest.mark.parametrize(
    ("text", "said", "near"),
    [
        ("补助资金130万元。", "130万元", "一百二十万元"),
        ("补助资金12万元。", "12万元", "10"),
        ("惠及3600户", "3600", "３５００"),
        ("增长15.2%", "15.2%", "12.5%"),
        ("2026年4月起施行", "2026年4月", "2026年3月15日"),
        ("3月16日召开", "3月16日", "2026年3月15日"),
        ("2027年3月15日", "2027年3月15日", "2026年3月15日"),
        ("下午3:30开会", "3:30", "9:30"),
        ("川办发〔2026〕21号", "川办发〔2026〕21号", "川办发〔2026〕12号"),
        ("由绵阳市教育局负责", "绵阳市教育局", "成都市教育局"),
        ("省长王明法主持会议", "王明法", "王明德"),
    ],
)
def test_what_the_source_lacks_is_named_with_its_nearest(text: str, said: str, near: str) -> None:
    [(found, about)] = unsupported(text)
    assert found == said
    assert near in about


def test_a_figure_is_named_once() -> None:
    assert len(unsupported("130万元，再说一次130万元，又是一百三十万元")) == 1


def in_chinese(number: int) -> str:
    """1 to 99,999 as it is read."""
    units, text, rest = ("", "十", "百", "千", "万"), "", str(number)
    for place, digit in enumerate(rest):
        unit = units[len(rest) - 1 - place]
        if digit != "0":
            text += _DIGITS[int(digit)] + unit
        elif not text.endswith("零") and rest[place:].strip("0"):
            text += "零"
    return text


@given(st.integers(1, 99_999))
def test_chinese_numbers_are_read(number: int) -> None:
    assert chinese_number(in_chinese(number)) == Decimal(number)


@given(st.integers(11, 99_999), st.sampled_from(["元", "万元", "亿元", "户"]))
def test_an_amount_in_digits_supports_it_in_characters_and_back(number: int, unit: str) -> None:
    digits, characters = f"共{number:,}{unit}", f"共{in_chinese(number)}{unit}"
    assert list(find_unsupported(Source.of([digits]), Plain(characters))) == []
    assert list(find_unsupported(Source.of([characters]), Plain(digits))) == []


@given(st.integers(11, 99_999), st.integers(1, 9_999))
def test_another_amount_is_never_supported(number: int, more: int) -> None:
    source = Source.of([f"安排资金{number}万元"])
    assert len(list(find_unsupported(source, Plain(f"安排资金{number + more}万元")))) == 1


@pytest.mark.parametrize("text", ["", "万", "十四五", "百", "亿万", "点五"])
def test_what_is_no_number(text: str) -> None:
    assert chinese_number(text) is None
