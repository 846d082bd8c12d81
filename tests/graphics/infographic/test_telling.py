"""The text version: everything that is drawn, in its order, and nothing as markup."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from graphics.infographic.models import Background, Hero, InfographicSpec, Measure, Measures
from graphics.infographic.reading import read, texts
from graphics.infographic.telling import ALT_LENGTH, alt_text, markdown, plain_text
from tests.graphics.infographic.samples import LINK, full

SPEC = read(full())
SIGNS = st.text("政策1.a*_`#<>[]()|\\-+!&~$^{}: ", min_size=1, max_size=24).filter(
    lambda text: text.strip()
)


def shown(text: str) -> str:
    """What a reader of Markdown shows."""
    html = MarkdownIt("commonmark").enable("table").render(text)
    bare = re.sub(r"<[^>]*>", "", html)
    for name, sign in (("lt", "<"), ("gt", ">"), ("quot", '"'), ("amp", "&")):
        bare = bare.replace(f"&{name};", sign)
    return re.sub(r"\s", "", bare)


def test_every_text_is_told_in_the_order_of_the_picture() -> None:
    told = plain_text(SPEC)
    place = 0
    for path, text in texts(SPEC):
        if path.endswith((".unit", ".issuer", ".kicker", ".subtitle")) or ".labels" in path:
            assert text in told
        elif not path.endswith((".title", ".source", ".name", ".icon")):
            assert told.find(text, place) >= 0 or text in told, path
    assert place == 0
    assert "3,891.0" in told
    assert "33.4%" in told
    assert "−1.5%" in told
    assert LINK in told


def test_markdown_has_the_headings_a_table_and_the_link() -> None:
    told = markdown(SPEC)
    assert told.startswith("一图读懂\n\n# 江澜市进一步促进")
    assert "\n## 关键数字\n\n- **32.6亿元** 预计减免税费\n- **≥120亿元**" in told
    assert "| 事项 | 惠企20条 | 若干措施 |\n|---|---|---|\n| 信用贷款 |" in told
    assert f"扫码阅读原文：<{LINK}>" in told


@given(SIGNS, SIGNS, SIGNS)
def test_no_text_acts_as_markup(title: str, first: str, second: str) -> None:
    spec = InfographicSpec(
        hero=Hero(title=title, kicker=""),
        sections=(
            Background(paragraphs=(first, second), note=second),
            Measures(items=(Measure(title=first, text=second),)),
        ),
    )
    expected = [title, "政策背景", first, second, second, "主要举措", first, second]
    expected.append(spec.footer.disclaimer)
    assert shown(markdown(spec)) == re.sub(r"\s", "", "".join(expected))


def test_an_alt_text_says_all_or_an_outline() -> None:
    whole = alt_text(SPEC, [0, 1])
    assert whole.startswith("一图读懂　江澜市")
    assert "1,206家企业" in whole
    data = full()
    data["sections"][2]["items"] = [{"title": f"第{n}项", "text": "长" * 200} for n in range(9)]
    outline = alt_text(read(data), range(15))
    assert len(outline) <= ALT_LENGTH
    assert "主要举措：第0项、第1项" in outline
    assert outline.endswith("。全文见文字版。")
