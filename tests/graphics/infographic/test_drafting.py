"""A first draft says what the document says, and where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphics.infographic.articles import articles_of
from graphics.infographic.checking import doubts
from graphics.infographic.drafting import Document, draft, plain_title
from graphics.infographic.models import (
    Answers,
    Background,
    Contact,
    Figures,
    InfographicSpec,
    Measures,
    Timeline,
)
from graphics.infographic.quantities import number_of, quantities
from hub.kernel.errors import InvalidInput

LAW = """## 第一章  总则

第一条 为了规范停车秩序，保障交通安全，结合本市实际，制定本条例。

第二条 本条例适用于本市行政区域内停车场的规划、建设和管理。

本条例所称停车场，是指供机动车停放的场所。

## 第二章 规划和建设

第八条 市人民政府应当组织编制停车场专项规划，并与城市综合交通规划相衔接。

第九条 公共停车场应当配建不低于总车位百分之十的充电车位。

## 第三章 使用和管理

第十二条 管理单位应当自收到投诉之日起五个工作日内予以答复。

第十三条 禁止下列行为：

（一）占用消防通道；

（二）损毁停车设施。

## 第四章 法律责任

第二十条 擅自改变停车场用途的，处五万元以上二十万元以下罚款。咨询电话：0571-88001234。

## 第五章 附则

第二十二条 本条例自2024年5月1日起施行。
"""
DOCUMENT = Document(
    title="江澜市停车管理条例",
    body=LAW,
    history=("2024年1月12日 江澜市第十四届人民代表大会常务委员会第三次会议通过",),
)


@pytest.fixture(scope="module")
def drafted() -> InfographicSpec:
    return draft(DOCUMENT)


def section(spec: InfographicSpec, kind: type) -> object:
    return next(one for one in spec.sections if isinstance(one, kind))


def test_purpose_scope_and_day_of_effect_are_found(drafted: InfographicSpec) -> None:
    found = section(drafted, Background)
    assert isinstance(found, Background)
    assert found.heading == "目的与适用范围"
    assert found.paragraphs[0].startswith("为了规范停车秩序")
    assert found.note == "自2024年5月1日起施行"


def test_figures_are_what_their_clause_says(drafted: InfographicSpec) -> None:
    found = section(drafted, Figures)
    assert isinstance(found, Figures)
    assert [(one.value, one.unit, one.label, one.note) for one in found.items] == [
        ("10", "%", "公共停车场应当配建不低于总车位百分之十的充电车位", "第九条"),
        ("5", "个工作日内", "管理单位应当自收到投诉之日起五个工作日内予以答复", "第十二条"),
        ("5—20", "万元", "擅自改变停车场用途的", "第二十条"),
    ]


def test_chapters_become_measures_and_lists_answers(drafted: InfographicSpec) -> None:
    acts, told = section(drafted, Measures), section(drafted, Answers)
    assert isinstance(acts, Measures)
    assert isinstance(told, Answers)
    assert [(one.title, one.tag) for one in acts.items] == [
        ("规划和建设", "第八条"),
        ("使用和管理", "第十二条"),
    ]
    assert [one.question for one in told.items] == ["什么是停车场？", "第十三条禁止哪些行为？"]
    assert told.items[1].answer == "（一）占用消防通道；（二）损毁停车设施。"


def test_history_and_telephone_are_found(drafted: InfographicSpec) -> None:
    times, rows = section(drafted, Timeline), section(drafted, Contact)
    assert isinstance(times, Timeline)
    assert isinstance(rows, Contact)
    assert times.items[0].date == "2024年1月12日"
    assert (rows.rows[0].label, rows.rows[0].value) == ("咨询电话", "0571-88001234")


def test_every_reference_leads_to_its_words(drafted: InfographicSpec) -> None:
    items = [
        item
        for one in drafted.sections
        if isinstance(one, Figures | Measures | Answers)
        for item in one.items
    ]
    assert len(items) == 7
    for item in items:
        assert item.ref is not None
        place = LAW[item.ref.start : item.ref.end]
        text = getattr(item, "text", "") or getattr(item, "label", "") or item.answer[:10]
        assert text in place


def test_a_policy_with_numbered_points_gives_its_points() -> None:
    points = "".join(f"\n（{n}）加强第{n}方面。要做好第{n}方面的工作。" for n in "一二三")
    spec = draft(Document(title="关于印发《若干措施》的通知", body=f"一、主要任务\n{points}"))
    acts = section(spec, Measures)
    assert isinstance(acts, Measures)
    assert [one.title for one in acts.items] == ["加强第一方面", "加强第二方面", "加强第三方面"]
    assert spec.hero.title == "若干措施"


def test_a_text_without_anything_to_draw_is_refused() -> None:
    with pytest.raises(InvalidInput, match="正文中没有可画的内容"):
        draft(Document(title="公告", body="请大家注意。"))


def test_a_changed_number_is_doubted(drafted: InfographicSpec) -> None:
    assert doubts(drafted, LAW) == ()
    changed = LAW.replace("百分之十", "百分之九").replace("五万元", "六万元")
    assert [doubt.number for doubt in doubts(drafted, changed)] == ["10", "5"]


def test_running_text_of_two_articles_is_held_against_both() -> None:
    body = (
        "第一条 为了规范停车管理，制定本办法。\n\n"
        "第二条 本办法适用于泊位在50个以上的公共停车场的管理活动。\n\n第三条 泊位共有900个。"
    )
    spec = draft(Document(title="停车管理办法", body=body))
    background = section(spec, Background)
    assert isinstance(background, Background)
    assert len(background.paragraphs) == 2
    assert doubts(spec, body) == ()
    assert [one.number for one in doubts(spec, body.replace("50个", "80个"))] == ["50"]
    changed = body.replace("第二条 本办法适用于泊位在50个以上的公共停车场的管理活动。", "")
    assert doubts(spec, changed, "另一篇文章：泊位在50个以上。") == ()


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("江澜市人民政府关于印发《停车管理办法》的通知", "停车管理办法"),
        ("国务院关于进一步优化营商环境的通知", "进一步优化营商环境"),
        ("上海市产品质量条例", "上海市产品质量条例"),
    ],
)
def test_a_title_loses_what_only_sends_it(title: str, plain: str) -> None:
    assert plain_title(title) == plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("处五万元以上二十万元以下罚款", ["5—20万元"]),
        ("二千元以上三万元以下", ["2000—30000元"]),
        ("一倍以上五倍以下", ["1—5倍"]),
        ("十八周岁以上", ["18周岁以上"]),
        ("3,000元以下，三十个工作日内", ["3000元以下", "30个工作日内"]),
        ("百分之十五以上", ["15%以上"]),
        ("2024年1月1日前，一人，第五条", []),
        ("一百万吨以上", ["1000000吨以上"]),
    ],
)
def test_quantities_are_read_from_legal_prose(text: str, shown: list[str]) -> None:
    assert [one.value + one.unit for one in quantities(text)] == shown


def chinese(number: int) -> str:
    """`number` below a hundred million, as laws write it."""
    if number >= 10_000:
        rest = number % 10_000
        gap = "零" if 0 < rest < 1000 else ""
        return chinese(number // 10_000) + "万" + gap + (chinese(rest) if rest else "")
    text, skipped = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += ("零" if skipped and text else "") + "零一二三四五六七八九"[digit] + name
            skipped = False
        else:
            skipped = True
    return text.removeprefix("一") if 10 <= number < 20 else text


@given(st.integers(1, 99_999_999))
def test_chinese_numbers_are_read(number: int) -> None:
    assert number_of(chinese(number)) == number
    assert number_of(f"{number:,}") == number


@given(st.text("第一二条章 \n#（）。，；：1年月日元以上下内的应当禁止行为万", max_size=200))
def test_any_text_is_parted_without_loss_of_place(body: str) -> None:
    for article in articles_of(body):
        for span in article.paragraphs:
            assert body[span.start : span.end] == span.text
