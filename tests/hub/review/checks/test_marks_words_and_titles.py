from __future__ import annotations

from datetime import date

import pytest

from hub.kernel.errors import InvalidInput
from hub.review.checks.models import Passage, Severity
from hub.review.checks.rules import RULES, examine
from hub.review.checks.wordlists import SHIPPED, ListKind, WordEntry, checked_list
from tests.hub.review.checks.making import card, citizen, rules_in

BLOCK = Severity.BLOCK
SOMEBODY = citizen("350481", date(1990, 3, 7), 12)
SECRET, INTERNAL = ("secrecy-mark", "block"), ("internal-mark", "block")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("机密★10年\n川府办", SECRET),
        ("绝　密 ★ 长期", SECRET),
        ("密级：秘密", SECRET),
        ("第一行\n秘密\n第三行", SECRET),
        ("内部资料，注意保存", INTERNAL),
        ("内部资料\n注意保密", INTERNAL),
        ("（此件不公开）", INTERNAL),
        ("公开属性：依申请公开", INTERNAL),
        ("（此件发至县团级）", INTERNAL),
        ("材料严禁外传。", INTERNAL),
        ("份号：000012", ("internal-mark", "warn")),
    ],
)
def test_marks_that_keep_a_paper_inside(text: str, found: tuple[str, str]) -> None:
    assert rules_in(text) == [found]


@pytest.mark.parametrize(
    "text",
    [
        "国家秘密的密级分为绝密、机密、秘密三级。",
        "依法保护商业秘密和个人隐私。",
        "不得泄露国家秘密、工作秘密。",
        "（此件公开发布）",
        "企业内部文件管理制度",
        "公开属性：主动公开",
    ],
)
def test_talk_of_secrecy_is_no_mark(text: str) -> None:
    assert rules_in(text) == []


def title(text: str, body: str = "正文。") -> list[str]:
    passages = [Passage(field="title", text=text, editable=True),
                Passage(field="body", text=body, editable=True)]  # fmt: skip
    return [found.rule for found in examine(passages)]


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("关于追加经费的请示", "……妥否，请批示。"),
        ("第12次常务会议纪要", "正文。"),
        ("某某办法（讨论稿）", "正文。"),
        ("某某办法（征求意见稿）", "请各单位反馈意见。"),
        ("关于汛期值守情况的报告", "特此报告。"),
    ],
)
def test_process_information_is_pointed_out(text: str, body: str) -> None:
    assert "process-document" in title(text, body)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("关于同意设立开发区请示的批复", "你市请示收悉。"),
        ("政府信息公开工作年度报告", "正文。"),
        ("某某条例（征求意见稿）", "现向社会公开征求意见。"),
        ("关于预算执行情况和预算草案的报告", "正文。"),
        ("重大行政决策程序暂行条例", "可否公开由决策机关决定。"),
    ],
)
def test_what_only_sounds_like_process_information(text: str, body: str) -> None:
    assert title(text, body) == []


LEADERS = checked_list(
    "leaders", ListKind.LEADERS,
    [
        WordEntry(word="王明德", titles=("省长",)),
        WordEntry(word="李思源", titles=("副市长", "州长")),
    ],
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("省委书记王明德出席", "书记王明德"),
        ("副省长　王明德出席", "副省长　王明德"),
        ("省长王明德出席", None),
        ("市长李思源主持", "市长李思源"),
        ("市人民政府副市长李思源主持", None),
        ("王明德同志", None),
    ],
)
def test_a_leader_has_the_title_that_the_list_says(text: str, said: str | None) -> None:
    found = examine([Passage(field="body", text=text)], [LEADERS])
    assert [f.text for f in found] == ([said] if said else [])


def test_shipped_words_are_pointed_out_with_the_right_ones() -> None:
    found = examine([Passage(field="body", text="截止目前，再接再励。公布署名文章。")], [SHIPPED])
    assert [(f.text, f.mask, f.severity) for f in found] == [
        ("截止目前", "截至目前", "warn"), ("再接再励", "再接再厉", "warn"),
    ]  # fmt: skip


def test_a_body_makes_a_rule_stricter_and_an_entry_stays_milder() -> None:
    entries = [
        WordEntry(word="慎用", severity=Severity.NOTE),
        WordEntry(word="禁用", severity=BLOCK),
    ]
    listed = checked_list("own", ListKind.WORDS, entries)
    passages = [Passage(field="body", text="慎用，禁用")]
    assert [f.severity for f in examine(passages, [listed])] == ["note", "warn"]
    stricter = examine(passages, [listed], {"listed-word": BLOCK})
    assert [f.severity for f in stricter] == ["note", "block"]


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        (ListKind.WORDS, WordEntry(word="字")),
        (ListKind.WORDS, WordEntry(word="正词", right="正词")),
        (ListKind.WORDS, WordEntry(word="某词", unless=("无关",))),
        (ListKind.LEADERS, WordEntry(word="王明德")),
    ],
)
def test_a_bad_entry_is_refused_with_its_row(kind: ListKind, entry: WordEntry) -> None:
    with pytest.raises(InvalidInput) as caught:
        checked_list("own", kind, [WordEntry(word="好词", titles=("省长",)), entry])
    assert caught.value.field == "entry 2"


@pytest.mark.parametrize("name", ["id-number", "bank-card"])
def test_no_body_softens_what_is_only_masked(name: str) -> None:
    assert RULES[name].final
    text = {"id-number": SOMEBODY, "bank-card": card("622848001234567")}[name]
    [found] = examine([Passage(field="body", text=text)], (), {name: Severity.NOTE})
    assert (found.rule, found.severity, found.final) == (name, BLOCK, True)
