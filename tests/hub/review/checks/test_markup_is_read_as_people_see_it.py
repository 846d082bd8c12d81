from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.review.checks.markup import visible
from tests.hub.review.checks.making import rules_in


@pytest.mark.parametrize(
    "text",
    [
        "<p>电话 138<b>1234</b>5678</p>",
        "<p>电话 138&nbsp;1234&nbsp;5678</p>",
        "<p>电话</p><p>13812345678</p><p>2026</p>",
    ],
)
def test_a_number_is_found_through_tags(text: str) -> None:
    assert rules_in(visible(text)) == [("mobile-number", "block")]


@pytest.mark.parametrize(
    "text",
    [
        "<style>a{width:13812345678px}</style><p>正文</p>",
        '<p style="x:13812345678">正文</p>',
        "<!-- 13812345678 --><p>正文</p>",
        "<p>1381234</p><p>5678</p>",
    ],
)
def test_what_nobody_sees_is_not_read(text: str) -> None:
    assert rules_in(visible(text)) == []


@given(st.text(alphabet="<>/pb!-&;# 正1a\"'=", max_size=60))
def test_every_character_stays_where_it_was(text: str) -> None:
    seen = visible(text)
    assert len(seen) == len(text)
    assert all(s in (t, "\u200b", "\n") or t == "&" for s, t in zip(seen, text, strict=True))


def test_a_text_without_markup_is_returned_as_it_is() -> None:
    assert visible("1 < 2 且 3 > 2 &amp;") == "1 < 2 且 3 > 2 &amp;"
