"""The search page and its endpoint: what the public may see, marked and never as markup."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from hub.catalogue.search.models import Highlight
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.ids import IdSource
from tests.web.portal.shelf import Librarian, Shelf, changed_draft, stocked
from web.portal.searching import HEADING, marked

Client = TestClient[Request, Application]
HOSTILE = "<script>alert('政务公开')</script>办法"


@pytest.fixture
async def shelf(
    database: Database, clock: ManualClock, ids: IdSource, tmp_path: Path
) -> AsyncIterator[Shelf]:
    """Besides what always stands there: a hostile title, and an edit that nobody signed yet."""
    opened = await stocked(database, clock, ids, tmp_path / "index")
    librarian, search = Librarian(database, clock, ids), opened.desk.finder()
    draft = changed_draft(
        opened.items["plain"], title=HOSTILE, doc_no="", external_key="", index_no="", body="正文。"
    )
    opened.items["hostile"] = await librarian.add(draft)
    edited = changed_draft(opened.items["plain"], title="悄悄改过的标题", body="悄悄改过的正文。")
    await librarian.edit(opened.items["plain"], edited)
    await search.rebuild()
    yield opened
    search.close()


@pytest.fixture
async def client(shelf: Shelf) -> AsyncIterator[Client]:
    async with TestClient(TestServer(shelf.application())) as opened:
        yield opened


async def text(client: Client, path: str, status: int = 200) -> str:
    async with client.get(path) as response:
        assert response.status == status, await response.text()
        return await response.text()


def bare(page: str) -> str:
    """The page without its marks."""
    return page.replace("<mark>", "").replace("</mark>", "")


async def test_only_what_the_public_sees_is_found_and_as_the_public_sees_it(
    client: Client, shelf: Shelf
) -> None:
    page = await text(client, f"/search?q={shelf.items['plain'].title}")
    assert f">{shelf.items['plain'].title}</a>" in bare(page)
    assert "<mark>" in page
    for hidden in ("悄悄改过的标题", "尚未公开的草稿", "发错了的通知"):
        hits = bare(await text(client, f"/search?q={hidden}"))
        assert f">{hidden}</a>" not in hits
        assert "悄悄改过的正文" not in hits


async def test_a_hostile_title_is_shown_as_text_with_its_match_marked(client: Client) -> None:
    page = await text(client, "/search?q=政务公开")
    assert "<script" not in page
    assert "&lt;script&gt;alert(&#39;<mark>" in page
    hostile = await text(client, "/search?q=<script>alert(1)</script>")
    assert "<script" not in hostile


def test_markup_stays_text_wherever_the_marks_are() -> None:
    found = Highlight(text="<b>公开</b>&", marks=((1, 5), (5, 9)))
    chapter = Highlight(text="## 第一章 公开 #1", marks=((7, 9),))
    assert marked(chapter, HEADING) == "第一章 <mark>公开</mark> #1"
    assert marked(found) == "&lt;<mark>b&gt;公开</mark><mark>&lt;/b&gt;</mark>&amp;"


async def test_facets_narrow_and_the_order_can_be_chosen(client: Client) -> None:
    page = await text(client, "/search?q=规定")
    [link] = re.findall(r'href="(/search\?[^"]*body=519901[^"]*)"', page)
    narrowed = await text(client, link.replace("&amp;", "&"))
    assert "江澜市财政局</span><span aria-hidden" in narrowed
    assert 0 < narrowed.count('<a class="title"') < page.count('<a class="title"')
    by_date = await text(client, "/search?q=规定&sort=date")
    assert re.search(r'sort=date" rel="nofollow" aria-current="true"', by_date)


async def test_without_words_there_is_the_form_and_bad_requests_say_what_to_do(
    client: Client,
) -> None:
    form = await text(client, "/en/search")
    assert 'name="q"' in form
    assert 'class="title"' not in form
    assert "choose: relevance、date" in await text(client, "/en/search?q=a&sort=best", 400)
    assert "from 1 to 1001" in await text(client, "/en/search?q=a&start=9999", 400)
    await text(client, "/search?q=a&body=no-such", 404)


async def test_what_nothing_matches_leads_on(client: Client) -> None:
    nothing = await text(client, "/search?q=魑魅魍魉")
    assert "没有符合条件的信息" in nothing
    narrow = await text(client, "/search?q=政务公开&year=1999")
    assert "您要找的是不是" in narrow
    assert "<script" not in narrow


async def test_without_an_index_the_page_says_so_and_not_what_operators_must_do(
    database: Database, clock: ManualClock, ids: IdSource
) -> None:
    shelf = await stocked(database, clock, ids)
    async with TestClient(TestServer(shelf.application())) as client:
        page = await text(client, "/search?q=公开", 503)
        assert "gongkai" not in page
        assert "请稍后再试" in page


async def test_the_endpoint_answers_page_by_page_with_marks_in_characters(
    client: Client,
) -> None:
    async with client.get("/api/v1/search?q=规定&limit=1") as response:
        first = await response.json()
    assert first["total"] >= 2
    [hit] = first["hits"]
    marks = [hit["title"][a:b] for a, b in hit["title_marks"]]
    marks += [hit["passage"][a:b] for a, b in hit["passage_marks"]]
    assert "规定" in "".join(marks)
    assert {facet["name"] for facet in first["facets"]} >= {"body", "theme", "year"}
    path = first["next"].removeprefix("https://www.jianglan.gov.cn")
    async with client.get(path) as response:
        second = await response.json()
    assert second["hits"][0]["id"] != hit["id"]


async def test_a_hit_tells_when_it_was_published_and_formed_and_how_it_stands_today(
    client: Client, shelf: Shelf, database: Database, clock: ManualClock, ids: IdSource
) -> None:
    librarian = Librarian(database, clock, ids)
    today = clock.now().date()
    base = changed_draft(shelf.items["plain"], doc_no="", external_key="", index_no="")
    days = {
        "候鸟甲": (today - timedelta(days=900), today - timedelta(days=1), "失效", "expired"),
        "候鸟乙": (today + timedelta(days=1), None, "尚未生效", "not-yet"),
        "候鸟丙": (None, None, "有效", "in-force"),
    }
    for title, (begins, ends, _, _) in days.items():
        await librarian.add(changed_draft(base, title=title, valid_from=begins, valid_until=ends))
    await shelf.desk.finder().rebuild()
    for title, (_, _, told, standing) in days.items():
        page = await text(client, f"/search?q={title}")
        assert f">{told}</span>" in page
        assert f'成文日期 <time datetime="{base.formed_on}"' in page
        assert f'发布日期 <time datetime="{today}"' in page
        async with client.get(f"/api/v1/search?q={title}") as response:
            hit = (await response.json())["hits"][0]
        assert (hit["standing"], hit["validity"]) == (standing, "in-force")
        assert hit["published_at"].startswith(f"{today}")
