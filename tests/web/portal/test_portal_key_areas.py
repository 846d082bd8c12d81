"""Key areas and access points as visitors without JavaScript get them, and as JSON."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from hub.catalogue.keyareas.models import Position
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.ids import IdSource
from tests.web.portal.lists import add_lists
from tests.web.portal.shelf import Shelf, stocked
from web.portal.access_points import geo_of, map_of
from web.portal.charts import Series, bars
from web.portal.manner import MANNERS

Client = TestClient[Request, Application]
PATHS = (
    "/key-areas",
    "/key-areas/powers",
    "/key-areas/projects/519900/2026",
    "/key-areas/expenses/519901/2026",
    "/access-points",
)


@pytest.fixture
async def shelf(database: Database, clock: ManualClock, ids: IdSource) -> Shelf:
    opened = await stocked(database, clock, ids)
    await add_lists(opened, database, clock, ids)
    return opened


@pytest.fixture
async def client(shelf: Shelf) -> AsyncIterator[Client]:
    async with TestClient(TestServer(shelf.application())) as opened:
        yield opened


async def text(client: Client, path: str, status: int = 200) -> str:
    async with client.get(path) as response:
        assert response.status == status, await response.text()
        return await response.text()


async def told(client: Client, path: str) -> Any:
    async with client.get(path) as response:
        assert response.status == 200, await response.text()
        return await response.json()


async def test_every_page_is_there_in_every_manner_without_script_or_inline_style(
    client: Client,
) -> None:
    for manner in MANNERS:
        for path in PATHS:
            page = await text(client, manner.link(path))
            assert f'<html lang="{manner.tag}"' in page
            assert "<script" not in page
            assert " style=" not in page


async def test_a_kind_shows_its_lists_its_totals_and_what_words_find(client: Client) -> None:
    page = await text(client, "/key-areas/projects")
    assert 'href="/key-areas/projects/519900/2026"' in page
    assert "19,530.75" in page  # the investment of the four samples together
    found = await text(client, "/key-areas/powers?q=教师资格")
    [anchor] = re.findall(r'href="/key-areas/powers/519901#([^"]+)"', found)
    assert f'id="{anchor}"' in await text(client, "/key-areas/powers/519901")
    assert "没有符合条件的信息" in await text(client, "/key-areas/powers?q=魑魅魍魉")


async def test_a_list_tells_what_changed_by_which_document_and_how_it_was_on_a_day(
    client: Client, shelf: Shelf
) -> None:
    path = "/key-areas/projects/519900/2026"
    page = await text(client, path)
    assert "进度由“50%”改为“65%”" in page
    assert shelf.path("adjusted") in page
    assert "70%" not in page  # prepared, signed by nobody
    assert "尚无公开的版本" in await text(client, f"{path}?on=2020-01-01")
    await text(client, f"{path}?on=yesterday", 400)
    gone = await text(client, "/key-areas/projects/519901/2026", 404)
    assert "gongkai" not in gone
    await text(client, "/key-areas/no-such", 404)


async def test_money_is_drawn_over_the_years_and_told_in_a_table_beside(client: Client) -> None:
    page = await text(client, "/key-areas/expenses/519901/2026")
    assert page.count("<rect") == 1 + 3  # what the pattern means, and a bar for each year
    for year in ("2024", "2025", "2026"):
        assert f'<th scope="row">{year}</th>' in page


def test_a_chart_needs_two_years_and_its_bars_stay_inside() -> None:
    assert bars([Series(label="合计", amounts=((2026, Decimal(1)),))]) is None
    amounts = tuple((year, Decimal(year - 2000)) for year in range(2010, 2027))
    chart = bars([Series(label="预算", amounts=amounts), Series(label="决算", amounts=amounts)])
    assert chart is not None
    assert [mark.year for mark in chart.years] == list(range(2019, 2027))
    assert all(bar.x >= 0 and bar.x + bar.width <= chart.width for bar in chart.bars)
    assert all(bar.y >= 0 and bar.y + bar.height <= chart.base + 0.1 for bar in chart.bars)
    nothing = bars([Series(label="零", amounts=((2025, Decimal(0)), (2026, Decimal(0))))])
    assert nothing is not None
    assert {bar.height for bar in nothing.bars} == {0.0}


async def test_access_points_are_found_by_city_kind_and_position(client: Client) -> None:
    everything = await text(client, "/access-points")
    assert "绵阳市样例图书馆查阅点" in everything
    assert "https://uri.amap.com/marker?position=104.064700%2C30.658600" in everything
    assert 'href="geo:' in everything
    chengdu = await text(client, "/access-points?city=成都市&place=library")
    assert "成都市样例图书馆查阅点" in chengdu
    assert "成都市样例档案馆查阅点" not in chengdu
    near = await text(client, "/access-points?lat=30.6712&lon=104.0410")
    names = re.findall(r'<h3 lang="zh-Hans">([^ ]+)', near)
    assert names[0] == "成都市样例图书馆查阅点"
    assert "outside China" in await text(client, "/en/access-points?lat=104&lon=30", 400)
    assert "decimal degrees" in await text(client, "/en/access-points?lat=north&lon=30", 400)


async def test_whether_a_point_is_open_follows_the_clock(
    client: Client, clock: ManualClock
) -> None:
    assert "开放中" in await text(client, "/access-points?city=成都市&place=service-centre")
    clock.advance(14 * 3600)
    assert "开放中" not in await text(client, "/access-points?city=成都市&place=service-centre")


def test_a_map_takes_the_chinese_position_and_geo_that_of_satellites() -> None:
    at = Position(latitude=30.6586, longitude=104.0647)
    assert "104.064700%2C30.658600" in map_of(at, "档案馆")
    latitude, longitude = map(float, geo_of(at).removeprefix("geo:").split(","))
    assert 0.0005 < abs(at.latitude - latitude) + abs(at.longitude - longitude) < 0.02


async def test_the_api_gives_the_same_lists_and_points(client: Client) -> None:
    kinds = (await told(client, "/api/v1/key-areas"))["kinds"]
    assert {one["kind"]: one["lists"] for one in kinds}["expenses"] == 2
    found = await told(client, "/api/v1/key-areas/projects?limit=1")
    assert found["entries"][0]["values"]["progress"] == "65"
    path = found["next"].removeprefix("https://www.jianglan.gov.cn")
    assert (await told(client, path))["entries"][0]["code"] != found["entries"][0]["code"]
    points = (await told(client, "/api/v1/access-points?lat=30.6712&lon=104.0410&limit=2"))[
        "points"
    ]
    assert [point["metres"] for point in points] == sorted(p["metres"] for p in points)
    assert points[0]["code"] == "CD-L"
    assert points[0]["opening"] in ("open", "shut", "unknown")
