"""For any item text and every markup: limits hold or a clear refusal, markup is well-formed."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.catalogue.text import blocks_of
from hub.kernel.errors import InvalidInput
from hub.publishing.models import Overflow
from publishers.composing import compose
from publishers.limits import problems
from publishers.rendering import source_of
from tests.publishers.rendering.samples import (
    BODY,
    REGULATIONS,
    make_channel,
    make_item,
)

CHANNELS = {
    "message": make_channel("html"),
    "thread": make_channel("html", overflow=(Overflow.THREAD,), max_parts=4, text_limit=300),
    "microblog": make_channel("text"),
    "group": make_channel("message"),
    "marked-up": make_channel("markdown"),
    "article": make_channel("article", text_limit=2500, needs_cover=False),
    "page": make_channel("page"),
}
REAL = {
    **CHANNELS,
    "thread": make_channel("html", overflow=(Overflow.THREAD,), max_parts=20),
    "article": make_channel("article", needs_cover=False),
}
SIGNS = st.sampled_from("甲乙丙的第一条，。；：《》（）“”<>&\"'#{}%ab1 \n\u3000😀\u200b\x00\u202e")
TITLES = st.text(SIGNS, max_size=80)
BODIES = st.lists(st.text(SIGNS, max_size=400), max_size=12).map("\n\n".join)
SHOWS_NOTHING = re.compile(r"\s+")


def told(title, text):
    return source_of(make_item(title=title, body=text), BODY, "https://www.example.gov.cn")


def attempted(channel, source):
    """The parts, or the refusal."""
    try:
        return compose(channel, source, {}), None
    except InvalidInput as error:
        return (), error


def shown(text):
    """The visible text without spaces; fails where the markup is not well-formed."""
    tree = ElementTree.fromstring(f"<root>{text.removeprefix('<!DOCTYPE html>')}</root>")
    return SHOWS_NOTHING.sub("", "".join(tree.itertext()))


@pytest.mark.parametrize("name", CHANNELS)
@given(title=TITLES, text=BODIES)
@settings(max_examples=60, deadline=None)
def test_limits_hold_or_the_refusal_says_what_to_do(name, title, text):
    channel = CHANNELS[name]
    source = told(title, text)
    parts, refused = attempted(channel, source)
    if refused is not None:
        assert refused.field.startswith(channel.name)
        assert refused.remedy is not None
        return
    assert problems(parts, channel.declaration) == []
    assert all(part.link == source.link for part in parts)
    assert name == "article" or source.link in parts[-1].text


@pytest.mark.parametrize("name", ["message", "thread", "article", "page"])
@given(title=TITLES, text=BODIES)
@settings(max_examples=60, deadline=None)
def test_markup_is_well_formed_and_text_stays_text(name, title, text):
    source = told(title, text)
    parts, refused = attempted(CHANNELS[name], source)
    if refused is None:
        assert all(shown(part.text) for part in parts)
        assert SHOWS_NOTHING.sub("", source.title) in shown(parts[0].text)


@pytest.mark.parametrize("row", REGULATIONS, ids=lambda row: row["title"][:12])
@pytest.mark.parametrize("name", REAL)
def test_real_regulations_fit_every_form(name, row):
    source = told(row["title"], row["body"])
    parts = compose(REAL[name], source, {})
    assert problems(parts, REAL[name].declaration) == []


@pytest.mark.parametrize("row", REGULATIONS, ids=lambda row: row["title"][:12])
def test_nothing_of_a_real_regulation_is_lost_in_a_thread_or_on_a_page(row):
    source = told(row["title"], row["body"])
    threads = "".join(shown(part.text) for part in compose(REAL["thread"], source, {}))
    threads = re.sub(r"（\d+/\d+）", "", threads)
    page = shown(compose(make_channel("page"), source, {})[0].text)
    for block in blocks_of(source.body):
        assert SHOWS_NOTHING.sub("", block.text) in threads
        assert SHOWS_NOTHING.sub("", block.text) in page
