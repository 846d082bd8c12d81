"""Repeats of a message: pure rules over invented texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.opinion.issues.near import Window, bare

_TEXT = "青江路与滨河路交叉口的红绿灯坏了整整一个星期，上下班时车辆互不相让，请交警部门尽快派人维修"


@pytest.mark.parametrize(
    "copy",
    [
        "转发：@市长信箱 " + _TEXT + "[怒]",
        _TEXT.replace("，", "！"),
        "請交警部門盡快派人維修，青江路與濱河路交叉口的紅綠燈壞了整整一個星期，上下班時車輛互不相讓",
        _TEXT[:20] + _TEXT[21:35] + "的" + _TEXT[35:],
    ],
)
def test_a_decorated_turned_or_mistyped_copy_is_the_same(copy: str) -> None:
    window = Window()
    assert window.place("a", _TEXT) == "a"
    assert window.place("b", copy) == "a"


def test_another_message_on_the_same_matter_is_no_copy() -> None:
    window = Window()
    window.place("a", _TEXT)
    assert window.place("b", "滨河路的红绿灯什么时候能修好，等得心急") == "b"


def test_the_window_forgets_the_oldest() -> None:
    window = Window(size=3)
    for n, text in enumerate(("甲乙丙丁戊", "子丑寅卯辰", "天地玄黄宇", "宙洪荒日月")):
        window.place(str(n), text)
    assert len(window) == 3
    assert window.place("again", "甲乙丙丁戊") == "again"
    assert window.place("late", "宙洪荒日月") == "3"


@given(st.lists(st.text(alphabet="路灯坏了修好没人管水电气", max_size=12), max_size=30))
def test_every_text_is_put_to_itself_or_to_one_before_it(texts: list[str]) -> None:
    window = Window(size=10)
    for n, text in enumerate(texts):
        assert int(window.place(str(n), text)) <= n


@given(st.text(max_size=80))
def test_what_is_left_of_a_text_is_left_as_it_is(text: str) -> None:
    assert bare(bare(text)) == bare(text)
