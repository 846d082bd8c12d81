"""Our post is recognised under t.cn links, escapes and invisible marks, and no other one is."""

from __future__ import annotations

import html

from hypothesis import given
from hypothesis import strategies as st

from publishers.weibo.matching import is_beginning, same_text, web_address

WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Cf"], exclude_characters="&;:/"),
    min_size=1,
)
LINK = "https://www.gd.gov.cn/zwgk/2026-17.html"


@given(WORDS, WORDS)
def test_a_shortened_and_escaped_text_is_the_same(before: str, after: str) -> None:
    shown = f"{html.escape(before)} http://t.cn/A6abc {html.escape(after)} \u200b"
    assert same_text(shown, f"{before} {LINK} {after}")


@given(WORDS, WORDS)
def test_other_words_are_another_text(one: str, other: str) -> None:
    assert same_text(f"{one} http://t.cn/A6abc", f"{other} {LINK}") is (one == other)


def test_a_missing_or_added_link_is_another_text() -> None:
    assert not same_text("通知", f"通知 {LINK}")
    assert not same_text("通知 http://t.cn/a http://t.cn/b", f"通知 {LINK}")


def test_a_link_shown_in_full_must_be_the_signed_one() -> None:
    assert same_text(f"通知 {LINK}", f"通知 {LINK}")
    assert not same_text(f"通知 {LINK}?other", f"通知 {LINK}")


def test_the_page_of_a_post_is_its_number_in_base_62() -> None:
    assert web_address("1", "4154099588849643") == "https://weibo.com/1/FmHnoB8cb"
    assert web_address("1", "no number") == ""


def test_what_is_cut_short_is_told_from_what_was_altered() -> None:
    signed = "【通知】关于推进政务公开的通知 全文：https://www.gd.gov.cn/i/1.html"
    assert is_beginning("【通知】关于推进政务…", signed)
    assert not is_beginning("【通知】关于停止政务公开", signed)
    assert not is_beginning("", signed)
    assert not is_beginning(signed, signed)
