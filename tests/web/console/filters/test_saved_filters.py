"""A list's filters are kept under a name, by each person for themselves, whatever the list."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from hub.kernel.events import read_events
from tests.web.console.conftest import Office
from web.console.application import console_routes

LISTS = {
    "/items": "state=draft&q=停车",
    "/deliveries": "group=coming&channel=website",
    "/opinion": "topic=教育",
    "/cases": "level=major",
}


@pytest.mark.parametrize("page", LISTS)
async def test_any_list_keeps_its_filters_and_opens_them_again(office: Office, page: str) -> None:
    told = {"page": page, "name": " 我的  条件 ", "query": f"?{LISTS[page]}&after=x&said=y"}
    target = await office.send("office", "/filters/save", told)
    query = urlencode(dict(one.split("=") for one in sorted(LISTS[page].split("&"))))
    assert target == f"/console{page}?{query}"
    shown = await office.see("office", page)
    assert query.replace("&", "&amp;") in shown
    assert "我的 条件" in shown
    opened = await office.see("office", target.removeprefix("/console"))
    assert re.search(r'class="saved-name"[^>]*aria-current="true"', opened)
    await office.send("office", "/filters/drop", {"page": page, "name": "我的 条件"})
    assert "我的 条件" not in await office.see("office", page)


async def test_what_is_kept_is_one_s_own_and_recorded(office: Office) -> None:
    told = {"page": "/items", "name": "草稿", "query": "state=draft"}
    await office.send("editor", "/filters/save", told)
    assert "/filters/drop" not in await office.see("clerk", "/items")
    assert "/filters/drop" in await office.see("editor", "/items")
    await office.send("clerk", "/filters/drop", {"page": "/items", "name": "草稿"}, status=404)
    kinds = await office.hub.database.read(
        lambda c: [e["data"] for e in read_events(c, kinds=["organisations.filter.saved"])]
    )
    assert kinds == [{"page": "/items", "name": "草稿", "query": "state=draft"}]


@pytest.mark.parametrize(
    "told",
    [
        {"page": "/items", "name": "空", "query": "after=1"},
        {"page": "/items", "name": " ", "query": "state=draft"},
        {"page": "/items", "name": "长" * 41, "query": "state=draft"},
        {"page": "/me", "name": "别处", "query": "state=draft"},
        {"page": "https://elsewhere.example", "name": "别处", "query": "state=draft"},
    ],
)
async def test_what_cannot_be_kept_is_refused(office: Office, told: dict[str, str]) -> None:
    await office.send("editor", "/filters/save", told, status=400)


async def test_twenty_are_enough_and_the_same_name_replaces(office: Office) -> None:
    for n in range(20):
        await office.desk.filters.save("editor", "/items", f"第{n}个", {"q": str(n)})
    more = {"page": "/items", "name": "又一个", "query": "q=21"}
    await office.send("editor", "/filters/save", more, status=409)
    await office.send("editor", "/filters/save", {**more, "name": "第3个"})
    kept = {one.name: one.asked for one in await office.desk.filters.find("editor", "/items")}
    assert len(kept) == 20
    assert kept["第3个"] == {"q": "21"}


def test_four_lists_keep_filters_and_none_of_them_a_page() -> None:
    found = {route.path: route.filters for route in console_routes() if route.filters}
    assert set(LISTS) <= set(found)
    for names in found.values():
        assert {"after", "before", "said"}.isdisjoint(names)
