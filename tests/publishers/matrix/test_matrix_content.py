"""The words as HTML, as plain text, and as events that servers take."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.catalogue.text import blocks_of
from hub.kernel.errors import InvalidInput
from hub.publishing.models import Part
from publishers.composing import compose
from publishers.contract import Source
from publishers.limits import problems
from publishers.matrix.content import edit_of, fits_an_event, prepared, text_content
from publishers.matrix.declaration import DECLARATION
from publishers.matrix.markup import plain_text
from publishers.matrix.simulator_events import Room, canonical
from publishers.registry import find_channel
from publishers.rendering import source_of
from tests.publishers.rendering.samples import BODY, REGULATIONS, make_item, make_source

CHANNEL = find_channel("matrix")
SIGNS = st.sampled_from("甲乙丙第一条，。；“”<>&\"'#{}%ab1 \n\u3000😀\u200b\x00\u202e\\")
TITLES = st.text(SIGNS, min_size=1, max_size=80)
BODIES = st.lists(st.text(SIGNS, max_size=3000), max_size=8).map("\n\n".join)
LARGEST = 65_536


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("甲<b>乙</b>丙", "甲乙丙"),
        ("<h3>题</h3>\n<p>甲<br/>乙</p>\n\n<p>丙</p>", "题\n甲\n乙\n丙"),
        ("<p>见<a href='https://x.cn/1'>原文</a></p>", "见原文 https://x.cn/1"),
        ("<a href='https://x.cn/1'>https://x.cn/1</a>", "https://x.cn/1"),
        ("5 &lt; 6 &amp; 7", "5 < 6 & 7"),
        ("一\u3000 二\n  三", "一\u3000 二 三"),
        ("<hr/>甲", "甲"),
        ("<div/>甲", "甲"),
        ("", ""),
    ],
)
def test_html_reads_as_plain_text(html: str, plain: str) -> None:
    assert plain_text(html) == plain


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src='https://x.cn/1.png'>",
        "<p>甲",
        "甲</p>",
        "<p><b>甲</p></b>",
        "<a href='javascript:alert(1)'>甲</a>",
        "<a>甲</a>",
        "<font color='red'>甲</font>",
    ],
)
def test_what_clients_would_drop_is_refused_at_approval(html: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        prepared((Part(text=html),), make_source())
    assert caught.value.field == "text"
    assert caught.value.remedy is not None


def event_of(part: Part) -> int:
    """The size of the correction to `part`, the largest event that carries it."""
    room = Room(id="!" + "r" * 199, alias="")
    content = edit_of(text_content(part, "k" * 32), "$" + "e" * 43)
    return len(canonical(room, "m.room.message", "@" + "u" * 254, content))


def attempted(source: Source) -> tuple[Part | None, InvalidInput | None]:
    """The part, or the refusal."""
    try:
        return compose(CHANNEL, source, {})[0], None
    except InvalidInput as error:
        return None, error


@given(title=TITLES, text=BODIES)
@settings(max_examples=80, deadline=None)
def test_any_item_gives_an_event_that_a_server_takes_or_a_clear_refusal(
    title: str, text: str
) -> None:
    source = source_of(make_item(title=title, body=text), BODY, "https://www.example.gov.cn")
    part, refused = attempted(source)
    if part is None:
        assert refused is not None
        assert refused.remedy is not None
        return
    assert problems([part], DECLARATION) == []
    assert event_of(part) <= LARGEST
    assert source.link in part.extra["plain"]
    assert "".join(source.title.split()) in "".join(part.extra["plain"].split())


@pytest.mark.parametrize("row", REGULATIONS, ids=lambda row: row["title"][:12])
def test_nothing_of_a_regulation_that_fits_is_lost_in_plain_text(row: dict[str, str]) -> None:
    source = source_of(
        make_item(title=row["title"], body=row["body"]), BODY, "https://www.example.gov.cn"
    )
    (part,) = compose(CHANNEL, source, {})
    plain = "".join(part.extra["plain"].split())
    whole = "阅读全文" not in part.text
    for block in blocks_of(source.body) if whole else ():
        assert "".join(block.text.split()) in plain


def test_a_text_within_the_limit_whose_markup_is_too_large_is_shortened_instead() -> None:
    text = "\n\n".join(['"' * 500] * 34)
    source = source_of(make_item(body=text, summary="摘要"), BODY, "https://www.example.gov.cn")
    (part,) = compose(CHANNEL, source, {})
    assert "阅读全文" in part.text
    assert not fits_an_event(Part(text="&#34;" * 17_000))
    with pytest.raises(InvalidInput):
        prepared((Part(text="&#34;" * 17_000),), source)
