"""Our text comes back as HTML, and our count is never below the platform's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.publishing.models import LengthUnit, Part
from publishers.length import length
from publishers.mastodon.client import Status
from publishers.mastodon.matching import find_post, is_same, text_of
from publishers.mastodon.simulator_text import countable, rendered

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
PIECES = st.sampled_from(
    [
        "https://www.gd.gov.cn/zwgk/2026-17.html",
        "http://t.cn/A6x?u=1&v=2#三",
        "https://www.gov.cn",
        "HTTPS://WWW.GOV.CN/a_(b)",
        "https://例子.中国/公开",
        "https://localhost:8000/",
        "https://10.0.0.1/a",
        "https://www.gov.cn/" + "长" * 40,
        "@gov@social.gd.gov.cn",
        "<b>&amp;",
        '"‘《公开》’"',
        "。",
        ".",
        ",",
        "(",
        ")",
        "?",
        "a",
        "公开",
        " ",
        "\n",
        "\n\n",
        "#政务公开",
        "😀",
        "👨‍👩‍👧",
    ]
)
TEXTS = st.lists(PIECES | st.text("ab1./:@?&<>\"'()公开，。 \n", max_size=8), max_size=12).map(
    "".join
)


def shown(content: str, **changes: object) -> Status:
    values: dict[str, object] = {
        "id": "1",
        "url": "",
        "content": content,
        "spoiler": "",
        "written_at": AT,
        "pictures": 0,
        "answers": "",
        "counts": {},
    }
    return Status(**{**values, **changes})  # type: ignore[arg-type]


@given(TEXTS)
def test_any_text_is_recognised_in_the_html_made_of_it(text: str) -> None:
    assert is_same(shown(rendered(text.strip())), Part(text=text))


@given(TEXTS, st.sampled_from("字甲，1"))
@example("@gov@social.gd.gov.cn", "1")
def test_one_sign_more_is_another_text(text: str, sign: str) -> None:
    assert not is_same(shown(rendered(text + sign)), Part(text=text))


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_our_count_is_never_below_the_platforms(text: str) -> None:
    assert length(text, LengthUnit.MASTODON) >= countable(text, 23)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<p>一</p><p>二<br />三</p>", "一\n\n二\n三"),
        (
            '<p>见<a href="https://www.gov.cn/1"><span class="invisible">https://www.</span>'
            '<span class="ellipsis">gov.cn/</span><span class="invisible">1</span></a></p>',
            "见https://www.gov.cn/1",
        ),
        ("<p>&lt;b&gt; &amp; &quot;公开&quot; &#39;</p>", '<b> & "公开" \''),
        ("", ""),
    ],
)
def test_html_becomes_the_text_that_people_read(content: str, text: str) -> None:
    assert text_of(content) == text


def test_words_warning_and_pictures_must_agree() -> None:
    part = Part(text="公开", digest="提示")
    assert is_same(shown("<p>公开</p>", spoiler="提示"), part)
    assert not is_same(shown("<p>公开</p>"), part)
    assert not is_same(shown("<p>公开</p>", spoiler="提示", pictures=1), part)


def test_a_mention_is_shown_without_its_server() -> None:
    content = (
        '<p><span class="h-card"><a href="https://x/@gov">@<span>gov</span></a></span> 公开</p>'
    )
    assert is_same(shown(content), Part(text="@gov@social.gd.gov.cn 公开"))
    assert not is_same(shown(content), Part(text="@gov2@social.gd.gov.cn 公开"))


def test_a_mention_of_nobody_is_shown_as_it_was_written() -> None:
    content = "<p>见@gov@social.gd.gov.cn</p>"
    assert is_same(shown(content), Part(text="见 @gov@social.gd.gov.cn"))
    assert not is_same(shown(content), Part(text="见 @gov@social.gd.gov.cn1"))
    assert not is_same(shown(content), Part(text="见 @gov@social.gd.gov"))


def test_the_post_nearest_to_the_call_is_ours() -> None:
    posts = [
        shown("<p>公开</p>", id=str(n), written_at=AT + timedelta(minutes=n)) for n in range(9)
    ]
    since, called_at = AT + timedelta(minutes=3), AT + timedelta(minutes=5, seconds=10)
    found = find_post(posts, Part(text="公开"), answers="", since=since, called_at=called_at)
    assert found is not None
    assert found.id == "5"
    assert find_post(posts[:3], Part(text="公开"), answers="", since=since, called_at=AT) is None
    assert find_post(posts, Part(text="公开"), answers="7", since=AT, called_at=AT) is None
