"""What is approved here is taken there, at the same length."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.kernel.errors import InvalidInput
from hub.publishing.models import LengthUnit, MediaRef, Part
from publishers.contract import Source
from publishers.length import length
from publishers.limits import problems
from publishers.markup import visible as shared_visible
from publishers.telegram import CHANNEL
from publishers.telegram.markup import checked, visible
from publishers.telegram.simulator_markup import MarkupError, parse_html, units

SOURCE = Source(
    item_id="item-1",
    title="通知",
    body="正文",
    summary="摘要",
    link="https://gov.example/i/item-1.html",
    organisation="省政府办公厅",
    issuer="省政府办公厅",
    published_at=datetime(2026, 3, 2, tzinfo=UTC),
)
PICTURE = MediaRef(sha256="a" * 64, media_type="image/png", size=9, width=4, height=3)
# Everything but surrogates, and with many characters beyond the basic plane.
TEXT = st.text(
    st.characters(exclude_categories=["Cs"])
    | st.sampled_from("省厅😀𠮷&<>\"' \n")
    | st.characters(min_codepoint=0x10000),
    max_size=40,
)


def _wrap(inner: str, tag: str) -> str:
    opening = {
        "a": 'a href="https://gov.example/?a=1&amp;b=2"',
        "span": 'span class="tg-spoiler"',
        "blockquote": "blockquote expandable",
    }
    return f"<{opening.get(tag, tag)}>{inner}</{tag}>"


HTML = st.recursive(
    TEXT.map(escape),
    lambda inner: st.lists(
        st.builds(_wrap, inner, st.sampled_from(["a", "b", "i", "s", "u", "span", "blockquote"])),
        max_size=4,
    ).map("".join),
    max_leaves=8,
)
SOUP = st.lists(
    st.sampled_from(
        ["<", ">", "&", ";", "/", "#", "b", "i", "a", "x", "1", "9", "&lt;", "&nbsp;", "&#39", " ",
         "<b>", "</b>", "<i>", "</i>", '<a href="https://x">', "</a>", "</>", "<p>", "<br/>",
         '<span class="tg-spoiler">', "</span>", "<B>", "&#128512;", "&#xD800;", "\n", '"', "="]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(TEXT)
def test_escaped_text_comes_back_whole_and_counts_in_utf16_units(text: str) -> None:
    shown = visible(escape(text))
    assert shown == text.strip()
    assert units(shown) == length(shown, LengthUnit.UTF16) == len(shown.encode("utf-16-le")) // 2


@given(HTML)
def test_well_formed_markup_reads_the_same_on_both_sides(html: str) -> None:
    assert visible(html) == parse_html(html).text


@given(SOUP)
@example("&#39")
@example("<b></b>")
@example("&nbsp;")
@example("</>")
def test_whatever_is_approved_is_taken_at_the_same_length(html: str) -> None:
    try:
        ours = visible(html)
    except InvalidInput:
        return
    assert parse_html(html).text == ours


@given(HTML)
def test_entities_lie_inside_the_text_in_order(html: str) -> None:
    formatted = parse_html(html)
    offsets = [entity["offset"] for entity in formatted.entities]
    assert offsets == sorted(offsets)
    for entity in formatted.entities:
        assert 0 < entity["length"] <= units(formatted.text) - entity["offset"]


@pytest.mark.parametrize(
    "html",
    ["<p>段落</p>", "<b>未关闭", "</b>", "a < b", "&nbsp;", "<a>无地址</a>", "<b><i></b></i>"],
)
def test_markup_that_telegram_refuses_or_shows_raw_is_refused_at_approval(html: str) -> None:
    with pytest.raises(InvalidInput, match="Telegram"):
        visible(html)


@pytest.mark.parametrize(
    ("html", "sentence"),
    [
        ("<p>", 'Unsupported start tag "p" at byte offset 0'),
        ("好<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("好</b>", "Unexpected end tag at byte offset 3"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_the_simulated_server_says_what_is_wrong_with_markup(html: str, sentence: str) -> None:
    with pytest.raises(MarkupError) as refused:
        parse_html(html)
    assert str(refused.value) == sentence


def test_offsets_are_utf16_units() -> None:
    [entity] = parse_html("😀<b>粗😀</b>").entities
    assert (entity["type"], entity["offset"], entity["length"]) == ("bold", 2, 3)


@given(HTML)
def test_the_shared_count_is_the_platforms_but_for_space_at_the_ends(html: str) -> None:
    assert shared_visible("html", html).strip() == parse_html(html).text


@pytest.mark.parametrize(
    ("text", "media", "fits"),
    [
        ("省" * 4096, (), True),
        ("省" * 4097, (), False),
        ("😀" * 2048, (), True),
        ("😀" * 2049, (), False),
        ("<b>" + "&amp;" * 4096 + "</b>", (), True),
        ("省" * 1024, (PICTURE,), True),
        ("省" * 1025, (PICTURE,), False),
    ],
)
def test_the_limit_is_checked_when_the_post_is_rendered(
    text: str, media: tuple[MediaRef, ...], fits: bool
) -> None:
    parts = checked((Part(text=text, link=SOURCE.link, media=media),), SOURCE)
    found = [problem.field for problem in problems(parts, CHANNEL.declaration)]
    assert ("text" not in found) is fits


def test_markup_that_would_be_refused_there_is_refused_when_rendered() -> None:
    with pytest.raises(InvalidInput) as refused:
        checked((Part(text="<p>段落</p>"),), SOURCE)
    assert refused.value.field == "text"
