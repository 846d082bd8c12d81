"""What a visitor without JavaScript gets from the portal."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from hub.catalogue.classification.models import Genre
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.ids import IdSource
from tests.hub.catalogue.attachments.making import word
from tests.web.portal.shelf import Librarian, Shelf, changed_draft, stocked
from web.portal.manner import MANNERS, Manner

Client = TestClient[Request, Application]
PATHS = ("/", "/catalogue", "/interpretations", "/bodies", "/guide", "/feeds", "/api")
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
async def shelf(database: Database, clock: ManualClock, ids: IdSource) -> Shelf:
    return await stocked(database, clock, ids)


@pytest.fixture
async def client(shelf: Shelf) -> AsyncIterator[Client]:
    async with TestClient(TestServer(shelf.application())) as opened:
        yield opened


async def text(client: Client, path: str, status: int = 200) -> str:
    async with client.get(path) as response:
        assert response.status == status, await response.text()
        return await response.text()


async def test_every_page_is_there_in_every_language_and_version(client: Client) -> None:
    for manner in MANNERS:
        for path in PATHS:
            page = await text(client, manner.link(path))
            assert f'<html lang="{manner.tag}"' in page
            assert ('class="senior"' in page) == manner.senior


async def test_the_home_page_shows_what_is_new_and_never_what_is_not_public(
    client: Client, shelf: Shelf
) -> None:
    page = await text(client, "/")
    assert shelf.items["edited"].title in page
    assert shelf.items["interpretation"].title in page
    assert shelf.items["draft"].title not in page
    assert shelf.items["withdrawn"].title not in page


async def test_an_item_carries_the_tags_of_government_sites_and_its_record(
    client: Client, shelf: Shelf
) -> None:
    item, page = shelf.items["plain"], await text(client, shelf.path("plain"))
    for name, content in {
        "SiteName": "江澜市人民政府政府信息公开",
        "SiteIDCode": "5199000001",
        "ArticleTitle": item.title,
        "PubDate": "2026-03-02 09:01",
        "ContentSource": item.issuer,
        "ColumnName": "政府信息公开",
    }.items():
        assert f'<meta name="{name}" content="{content}">' in page
    for told in (item.index_no, item.doc_no, "综合政务\\政务公开", "有效"):
        assert told in page


async def test_a_document_and_its_interpretation_lead_to_each_other(
    client: Client, shelf: Shelf
) -> None:
    assert shelf.path("interpretation") in await text(client, shelf.path("plain"))
    assert shelf.path("plain") in await text(client, shelf.path("interpretation"))


async def test_a_superseded_document_leads_to_its_successor(client: Client, shelf: Shelf) -> None:
    assert f'href="{shelf.path("new")}"' in await text(client, shelf.path("old"))
    assert f'href="{shelf.path("old")}"' in await text(client, shelf.path("new"))


async def test_an_older_version_stays_readable_and_says_that_it_is_old(
    client: Client, shelf: Shelf
) -> None:
    item = shelf.items["edited"]
    current = await text(client, shelf.path("edited"))
    old = await text(client, f"/i/{item.id}/v/1")
    assert f"{item.title}</h1>" in current
    assert f"{shelf.items['first'].title}</h1>" in old
    assert "不是现行版" in old
    assert 'content="noindex"' in old


async def test_an_edit_that_is_not_published_yet_shows_nowhere(
    client: Client, shelf: Shelf, database: Database, clock: ManualClock, ids: IdSource
) -> None:
    item = shelf.items["plain"]
    librarian = Librarian(database, clock, ids)
    await librarian.edit(item, changed_draft(item, title="改了还没签的标题"))
    assert "改了还没签的标题" not in await text(client, shelf.path("plain"))
    assert "改了还没签的标题" not in await text(client, "/catalogue")
    await text(client, f"/i/{item.id}/v/2", status=404)


async def test_what_was_withdrawn_is_gone_and_does_not_repeat_its_title(
    client: Client, shelf: Shelf
) -> None:
    page = await text(client, shelf.path("withdrawn"), status=410)
    assert shelf.items["withdrawn"].title not in page
    assert "撤回" in page


@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: manner.prefix or "plain")
async def test_a_draft_is_not_there_for_anybody(
    client: Client, shelf: Shelf, manner: Manner
) -> None:
    page = await text(client, manner.link(shelf.path("draft")), status=404)
    assert shelf.items["draft"].title not in page


async def test_lists_are_narrowed_by_body_theme_year_and_genre(
    client: Client, shelf: Shelf
) -> None:
    county = await text(client, "/catalogue?body=519902")
    assert shelf.items["new"].title in county
    assert shelf.path("plain") not in county
    themed = await text(client, "/catalogue?theme=综合政务")
    assert shelf.path("plain") in themed
    assert shelf.path("old") not in themed
    assert shelf.path("plain") in await text(client, "/catalogue?year=2026")
    assert shelf.path("plain") not in await text(client, "/catalogue?year=2025")
    told = await text(client, "/catalogue?genre=interpretation")
    assert shelf.path("interpretation") in told
    assert shelf.path("new") not in told


async def test_lists_narrow_by_the_theme_that_the_public_sees_while_staff_change_it(
    client: Client, shelf: Shelf, database: Database, clock: ManualClock, ids: IdSource
) -> None:
    librarian = Librarian(database, clock, ids)
    item, old = shelf.items["plain"], "综合政务\\政务公开"
    moved = changed_draft(item, theme="城乡建设、环境保护", genre=Genre.NOTICE)
    edited = await librarian.edit(item, moved)
    assert shelf.path("plain") in await text(client, f"/catalogue?theme={old}&genre=regulation")
    assert shelf.path("plain") not in await text(client, "/catalogue?theme=城乡建设、环境保护")
    assert (await shelf.desk.public.shelf_counts()).themes["综合政务"] == 3
    await librarian.show(edited)
    assert shelf.path("plain") not in await text(client, f"/catalogue?theme={old}")
    assert shelf.path("plain") in await text(client, "/catalogue?theme=城乡建设、环境保护")
    assert (await shelf.desk.public.shelf_counts()).genres["notice"] == 1


async def test_a_version_that_becomes_public_after_a_later_edit_stands_under_its_own_theme(
    client: Client, shelf: Shelf, database: Database, clock: ManualClock, ids: IdSource
) -> None:
    librarian = Librarian(database, clock, ids)
    second = await librarian.edit(
        shelf.items["plain"], changed_draft(shelf.items["plain"], theme="城乡建设、环境保护")
    )
    await librarian.edit(second, changed_draft(second, theme="市场监管、安全生产监管"))
    await librarian.show(second)
    assert shelf.path("plain") in await text(client, "/catalogue?theme=城乡建设、环境保护")


@pytest.mark.parametrize(
    "query", ["year=abc", "year=1800", "genre=poem", "after=!!", "after=MTIz", "body=999999"]
)
async def test_an_address_that_cannot_be_says_what_is_wrong_with_it(
    client: Client, query: str
) -> None:
    field = query.split("=")[0]
    async with client.get(f"/catalogue?{query}") as response:
        page = await response.text()
    assert response.status in (400, 404)
    assert field in page or "没有" in page


async def test_a_page_that_was_not_changed_is_not_sent_again(client: Client, shelf: Shelf) -> None:
    async with client.get(shelf.path("plain")) as first:
        tag = first.headers["ETag"]
    async with client.get(shelf.path("plain"), headers={"If-None-Match": tag}) as second:
        assert (second.status, await second.read()) == (304, b"")


async def test_a_page_needs_no_script_and_nothing_from_elsewhere(
    client: Client, shelf: Shelf
) -> None:
    async with client.get(shelf.path("pictured")) as response:
        page = await response.text()
        policy = response.headers["Content-Security-Policy"]
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'")
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="//', page)
    picture = re.search(r'<img src="([^"]+)" alt="([^"]+)"', page)
    assert picture is not None
    assert picture[2] == "停车位布局示意图"
    async with client.get(picture[1]) as shown:
        assert (shown.status, shown.content_type) == (200, "image/png")


async def test_a_picture_of_an_item_that_is_not_public_is_not_served(
    client: Client, shelf: Shelf
) -> None:
    sha256 = shelf.items["pictured"].pictures[0].sha256
    for name, status in (("plain", 404), ("draft", 404), ("pictured", 200)):
        async with client.get(f"/media/{shelf.items[name].id}/{sha256}") as response:
            assert response.status == status


async def test_files_of_public_versions_are_listed_and_given_to_be_kept(
    client: Client, shelf: Shelf, database: Database, clock: ManualClock, ids: IdSource
) -> None:
    librarian, data = Librarian(database, clock, ids), word()
    item, catalogue = shelf.items["plain"], librarian.catalogue
    first = await catalogue.attach(item.id, "附件 1（名单）.docx", data, actor="clerk")
    [file] = first.attachments
    path = f"/media/{item.id}/{file.sha256}/{quote(file.name)}"
    await text(client, path, 404)
    await librarian.show(first)
    page = await text(client, shelf.path("plain"))
    assert path in page
    async with client.get(path) as given:
        assert await given.read() == data
        assert given.content_type == file.media_type
        assert given.headers["X-Content-Type-Options"] == "nosniff"
        told = given.headers["Content-Disposition"]
        assert told == f"attachment; filename*=UTF-8''{quote(file.name)}"
    async with client.get(f"/api/v1/items/{item.id}") as answered:
        [listed] = (await answered.json())["attachments"]
    assert listed["url"].endswith(path)
    assert (listed["name"], listed["sha256"]) == (file.name, file.sha256)
    await librarian.withdraw(await catalogue.get(item.id))
    await text(client, path, 404)


async def test_feeds_hold_what_is_public_of_a_body_or_a_theme(client: Client, shelf: Shelf) -> None:
    whole = ElementTree.fromstring(await text(client, "/feeds/atom.xml"))
    titles = [entry.findtext(f"{ATOM}title") for entry in whole.iter(f"{ATOM}entry")]
    assert titles[0] == shelf.items["interpretation"].title
    assert len(titles) == 6
    county = ElementTree.fromstring(await text(client, "/feeds/atom.xml?body=519902"))
    assert [e.findtext(f"{ATOM}title") for e in county.iter(f"{ATOM}entry")] == [
        shelf.items["new"].title
    ]
    rss = ElementTree.fromstring(await text(client, "/feeds/rss.xml?theme=综合政务"))
    assert rss.tag == "rss"
    assert len(list(rss.iter("item"))) == 3


async def test_the_sitemap_names_every_public_page_and_no_other(
    client: Client, shelf: Shelf
) -> None:
    index = ElementTree.fromstring(await text(client, "/sitemap.xml"))
    parts = [str(node.text) for node in index.iter() if node.tag.endswith("loc")]
    found = set()
    for part in parts:
        path = part.removeprefix(shelf.desk.site.url)
        day = ElementTree.fromstring(await text(client, path))
        found |= {str(node.text) for node in day.iter() if node.tag.endswith("loc")}
    public = ("plain", "old", "new", "edited", "pictured", "interpretation")
    assert found == {shelf.desk.site.url + shelf.path(name) for name in public}


async def test_robots_are_told_where_the_sitemap_is(client: Client) -> None:
    told = await text(client, "/robots.txt")
    assert "Sitemap: https://www.jianglan.gov.cn/sitemap.xml" in told
    assert "Disallow: /search" in told
