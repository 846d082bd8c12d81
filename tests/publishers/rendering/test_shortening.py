"""Shortening and splitting at boundaries, for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalogue.text import Block, blocks_of
from publishers.markup import clean, visible
from publishers.shortening import ELLIPSIS, pieces_of, short_titles, shorten
from publishers.threads import split

TEXTS = st.text(alphabet="甲乙丙，。；！《》（）“”a1 \n、", max_size=200)


@given(TEXTS, st.integers(0, 120))
def test_a_shortened_text_fits_and_is_a_beginning_of_the_whole(text, limit):
    short = shorten(text, lambda candidate: len(candidate) <= limit)
    assert short is not None
    assert len(short) <= limit
    assert short == text or text.startswith(short.removesuffix(ELLIPSIS))
    assert short in ("", text) or short.endswith(ELLIPSIS)


def test_a_sentence_end_is_preferred_to_a_phrase_end():
    text = "为了规范停车秩序，制定本办法。本市停车管理，适用本办法。"
    assert shorten(text, lambda t: len(t) <= 25) == "为了规范停车秩序，制定本办法……"


def test_no_cut_falls_inside_a_book_title():
    text = "根据《道路交通安全法，停车条例》和其他规定，制定本办法。"
    assert shorten(text, lambda t: len(t) <= 20) == ""


def test_nothing_is_said_when_not_even_nothing_fits():
    assert shorten("甲。乙。", lambda t: False) is None


@given(TEXTS)
def test_the_pieces_of_a_text_are_the_text(text):
    assert "".join(pieces_of(text)) == text


@given(st.lists(TEXTS.filter(str.strip), min_size=1, max_size=20), st.integers(5, 100))
def test_a_split_text_is_whole_and_every_group_fits(texts, limit):
    blocks = tuple(Block(text=text) for text in texts)

    def fits(blocks, number):
        return sum(len(block.text) for block in blocks) <= limit

    groups = split(blocks, 100, fits)
    if groups is not None:
        assert "".join(b.text for group in groups for b in group) == "".join(texts)
        assert all(fits(group, 1) for group in groups)
    else:
        assert max(len(piece) for text in texts for piece in pieces_of(text)) > limit


@pytest.mark.parametrize(
    ("title", "forms"),
    [
        ("停车管理办法", ["停车管理办法"]),
        ("江澜市人民政府关于停车的决定", ["江澜市人民政府关于停车的决定", "关于停车的决定"]),
        (
            "江澜市人民政府关于印发《停车管理办法》的通知",
            [
                "江澜市人民政府关于印发《停车管理办法》的通知",
                "关于印发《停车管理办法》的通知",
                "《停车管理办法》",
            ],
        ),
    ],
)
def test_titles_have_the_shorter_forms_of_official_usage(title, forms):
    assert list(short_titles(title)) == forms


def test_a_body_is_read_as_headings_and_paragraphs():
    body = "## 第一章\u3000总则\n第一条 甲。\n（一）乙；\n\n### 一\n\n丙。"
    assert blocks_of(body) == (
        Block(text="第一章\u3000总则", level=2),
        Block(text="第一条 甲。\n（一）乙；"),
        Block(text="一", level=3),
        Block(text="丙。"),
    )


@given(st.text())
def test_cleaning_is_done_once_and_leaves_nothing_invisible(text):
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert not set(cleaned) & set("\x00\x0b\u200b\u202e\ufeff\ud800\ufffe\r")


def test_visible_text_is_counted_after_entities():
    assert visible("html", "<b>甲&lt;&#39;</b>&amp;") == "甲<'&"
    assert visible("text", "<b>") == "<b>"
