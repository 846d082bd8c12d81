"""Headlines break into balanced lines and follow the rules for line ends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graphics.lines import ways_to_break

TITLE = "江澜市人民政府关于进一步促进民营经济高质量发展的若干措施"
SIGNS = "江澜市人民政府关于的《》（），、“”2026 ab％"


@given(st.text(SIGNS, max_size=60), st.integers(1, 6))
def test_every_way_holds_the_whole_text(text, most):
    whole = "".join(text.split())
    for lines in ways_to_break(text, most):
        assert "".join("".join(lines).split()) == whole
        assert len(lines) <= most


@given(st.text(SIGNS, max_size=60))
def test_no_line_begins_or_ends_with_a_wrong_sign(text):
    for lines in ways_to_break(text, 5)[1:]:
        assert not any(line[:1] in "》）”，、％" and line for line in lines[1:])
        assert not any(line[-1:] in "《（“" and line for line in lines[:-1])


def test_words_stay_together():
    assert ("江澜市人民政府关于进一步促进", "民营经济高质量发展的若干措施") in ways_to_break(
        TITLE, 2
    )
    assert ways_to_break("上海市产品质量条例", 2)[1] == ("上海市产品", "质量条例")


def test_latin_words_and_numbers_stay_together():
    for lines in ways_to_break("推进Internet应用2026年方案", 6):
        assert any("Internet" in line for line in lines)
        assert any("2026年" in line for line in lines)


def test_a_word_is_not_parted_for_evener_lines():
    assert ways_to_break("保障农民工工资支付条例", 3)[-1] == ("保障", "农民工工资", "支付条例")
