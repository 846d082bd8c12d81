"""Feeds as they are in the wild: RSS, Atom, JSON, times said in every way, and what is refused."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.opinion.sources.errors import BadSource
from hub.opinion.sources.reading import items_within, read_feed, read_json
from hub.opinion.sources.times import moment_of

_ZONE = "Asia/Shanghai"
_RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>论坛</title>
<item><title>青江路路灯不亮</title><link>https://bbs.example.cn/t/1</link>
<guid>t-1</guid><dc:creator>网友甲</dc:creator><pubDate>Mon, 02 Mar 2026 09:30:00 +0800</pubDate>
<description>&lt;p&gt;坏了&lt;b&gt;一周&lt;/b&gt;&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;</description></item>
<item><title>没有时间的帖子</title><link>https://bbs.example.cn/t/2</link></item>
<item><title>重复</title><guid>t-1</guid></item>
</channel></rss>"""
_ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>
<entry><id>urn:1</id><title type="html">停水&amp;lt;通知&amp;gt;</title>
<link rel="edit" href="https://a.example.cn/edit"/><link href="https://a.example.cn/1"/>
<author><name>甲</name></author><updated>2026-03-02T02:00:00Z</updated>
<published>2026-03-02T01:00:00Z</published><summary>西区停水</summary></entry></feed>"""
_BOMB = """<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<rss><channel><item><title>&b;</title></item></channel></rss>"""
_FILE = """<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<rss><channel><item><title>&a;</title></item></channel></rss>"""


def test_rss_gives_text_without_tags_and_times_that_are_known() -> None:
    first, second, again = read_feed(_RSS.encode(), _ZONE)
    assert (first.key, first.title, first.author) == ("t-1", "青江路路灯不亮", "网友甲")
    assert first.text == "坏了 一周"
    assert first.at == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    assert (second.key, second.at) == ("https://bbs.example.cn/t/2", None)
    assert [one.key for one in items_within([first, second, again])] == ["t-1", second.key]


def test_atom_is_dated_by_when_it_was_published() -> None:
    [one] = read_feed(_ATOM.encode(), _ZONE)
    assert (one.url, one.author, one.text) == ("https://a.example.cn/1", "甲", "西区停水")
    assert one.at == datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", [_BOMB, _FILE, "<html></html>", "{}", "", "<rss>"])
def test_bombs_files_and_what_is_no_feed_are_refused(text: str) -> None:
    with pytest.raises(BadSource):
        read_feed(text.encode(), _ZONE)


def test_a_list_in_json_is_read_by_paths() -> None:
    body = {
        "data": {
            "list": [
                {"no": 7, "attr": {"t": "路灯"}, "at": 1772415000, "zan": "12"},
                {"no": 8, "attr": {"t": "停水"}, "at": "昨天", "zan": None},
                "not an object",
            ]
        }
    }
    paths = {"items": "data.list", "id": "no", "title": "attr.t", "time": "at", "likes": "zan"}
    first, second = read_json(json.dumps(body).encode(), paths, _ZONE)
    assert (first.key, first.title, first.likes) == ("7", "路灯", 12)
    assert first.at == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    assert (second.at, second.likes) == (None, 0)
    with pytest.raises(BadSource):
        read_json(b'{"data": 1}', paths, _ZONE)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-03-02 09:30", 1),
        ("2026年3月2日 09时30分", 1),
        ("2026/3/2 9:30:15", 1),
        ("2026-03-02T09:30:00+09:00", 0),
        ("1772415000000", 1),
        ("Mon, 02 Mar 2026 09:30:00 GMT", 9),
    ],
)
def test_times_are_read_in_every_way_they_are_said(text: str, hour: int) -> None:
    at = moment_of(text, _ZONE)
    assert at is not None
    assert (at.day, at.hour, at.minute) == (2, hour, 30)


@pytest.mark.parametrize("text", ["", "昨天", "3小时前", "1970-01-01", "0001-01-01", "2026-13-01"])
def test_a_time_nobody_can_read_is_unknown(text: str) -> None:
    assert moment_of(text, _ZONE) is None


@given(st.binary(max_size=200))
def test_whatever_a_server_says_it_is_read_or_refused(body: bytes) -> None:
    for read in (lambda: read_feed(body, _ZONE), lambda: read_json(body, {"items": ""}, _ZONE)):
        with contextlib.suppress(BadSource):
            assert isinstance(read(), list)
