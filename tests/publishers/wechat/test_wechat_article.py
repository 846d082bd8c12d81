"""A part as an article: addresses for placeholders, limits at approval, comparison afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.errors import InvalidInput
from hub.publishing.models import Part
from publishers.contract import Source
from publishers.wechat import CHANNEL
from publishers.wechat.article import (
    CONTENT_LIMIT,
    as_article,
    finish,
    pictures_in,
    same_pictures,
    same_words,
    with_addresses,
)
from tests.publishers.doubles import MemoryMedia
from tests.publishers.wechat.wechat_doubles import article

SOURCE = Source(
    item_id="1", title="", body="", summary="", link="", organisation="", issuer="", doc_no=""
)
A, B = "a" * 64, "b" * 64


def test_each_placeholder_becomes_its_address() -> None:
    text = f'<img src="cid:{A}"><img src="cid:{B}"><img src="cid:{A}">'
    assert pictures_in(text) == [A, B]
    assert with_addresses(text, {A: "http://m/1?a=1&b=2", B: "http://m/2"}) == (
        '<img src="http://m/1?a=1&amp;b=2"><img src="http://m/2"><img src="http://m/1?a=1&amp;b=2">'
    )


def test_what_is_empty_is_left_out_of_the_article() -> None:
    bare = as_article(Part(text="", title="标题"), content="<p>x</p>", thumb_media_id="T")
    assert not {"author", "digest", "content_source_url"} & bare.keys()


def test_a_part_within_the_limits_passes_unchanged() -> None:
    parts = (article(MemoryMedia()),)
    assert finish(parts, SOURCE) == parts


def test_a_text_that_only_fits_without_its_addresses_is_refused() -> None:
    part = article(MemoryMedia())
    tight = replace(part, text=part.text + "字" * (CONTENT_LIMIT - len(part.text) - 10))
    with pytest.raises(InvalidInput) as refused:
        finish((tight,), SOURCE)
    assert refused.value.field == "wechat.text"


def test_a_text_too_long_in_itself_is_left_to_the_digest() -> None:
    part = replace(article(MemoryMedia()), text="字" * (CONTENT_LIMIT + 1))
    assert finish((part,), SOURCE) == (part,)


def test_a_long_author_is_refused() -> None:
    part = replace(article(MemoryMedia()), extra={"author": "署" * 17})
    with pytest.raises(InvalidInput) as refused:
        finish((part,), SOURCE)
    assert refused.value.field == "wechat.author"


def test_markup_and_space_do_not_matter_but_every_word_does() -> None:
    part = Part(text="<p>各市、<b>县</b>：&amp;</p>", title="通知", link="https://a/1")
    held = {
        "title": "通知",
        "content_source_url": "https://a/1",
        "content": "<div>各市、县： &amp;",
    }
    assert same_words(part, held)
    assert not same_words(part, held | {"content": "<div>各市、区： &amp;"})
    assert not same_words(part, held | {"title": "通报"})
    assert not same_words(part, held | {"content_source_url": "https://a/2"})


def test_scripts_and_styles_are_no_words() -> None:
    part = Part(text="<style>p{}</style><p>正文</p><script>x()</script>", title="t")
    assert same_words(part, {"title": "t", "content": "<p>正文</p>"})


def test_a_picture_that_was_dropped_is_noticed() -> None:
    part = Part(text=f'<img src="cid:{A}">', title="t")
    assert same_pictures(part, {"content": '<img data-src="http://m/1">'})
    assert not same_pictures(part, {"content": "<p></p>"})


@given(st.text(), st.text())
def test_comparing_never_fails_whatever_the_platform_holds(text: str, held: str) -> None:
    part = Part(text=text, title="t")
    assert same_words(part, {"title": "t", "content": text})
    same_words(part, {"title": "t", "content": held})


def test_the_author_makes_an_edition_of_its_own() -> None:
    assert CHANNEL.variation({"author": "广东发布", "tier": "mass"}) == {"author": "广东发布"}
    assert CHANNEL.variation({"tier": "mass"}) == {}
