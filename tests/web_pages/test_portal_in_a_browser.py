"""The portal as people meet it: narrow and wide, light and dark, with a keyboard, on paper."""

from __future__ import annotations

import itertools
import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser
from sqlalchemy import create_engine

from app.migrate import load_tables
from hub.kernel.clock import ManualClock
from hub.kernel.ids import IdSource
from hub.kernel.sqlite import SqliteDatabase
from tests.web.portal.lists import add_lists
from tests.web.portal.shelf import stocked
from tests.web_pages.conftest import NOW, visiting

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

AXE = Path(__file__).parents[1] / "oracles" / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2 AA and what axe calls best practice
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
FINDINGS = """async (rules) => (await axe.run(document, rules)).violations
  .map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(' | ')}`)"""
SIZES = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
HEADINGS = "() => [...document.querySelectorAll('h1, h2, h3, h4')].map((e) => e.tagName)"
PLACES = {
    "home": "/",
    "list": "/catalogue?theme=综合政务",
    "nothing": "/catalogue?year=1999",
    "bodies": "/bodies",
    "guide": "/guide",
    "search": "/search?q=政务公开",
    "key-areas": "/key-areas",
    "projects": "/key-areas/projects?q=小学",
    "project-list": "/key-areas/projects/519900/2026",
    "expenses": "/key-areas/expenses/519901/2026",
    "access-points": "/access-points?lat=30.67&lon=104.04",
    "feeds": "/feeds",
    "api": "/api",
    "plain": "plain",
    "old": "old",
    "pictured": "pictured",
}
# English is laid out like Chinese: where its words are longest is enough
ENGLISH = ("home", "list", "search", "project-list", "access-points")
VISITS = {
    **{f"{prefix}{name}": (prefix, PLACES[name]) for prefix in ("", "/senior") for name in PLACES},
    **{f"/en{name}": ("/en", PLACES[name]) for name in ENGLISH},
}
TEXTS = "main :is(p, li, a, td, th, dt, dd, label, input, select)"
TARGETS = "button, input, select, summary, :is(nav, .foot, .tiles, .chips, .facet, .links) a"
WIDTHS = (360, 768, 1440)
LOOK = os.environ.get("GONGKAI_TEST_SCREENSHOTS", "")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def portal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, str]]:
    """Where each page is."""
    file = tmp_path_factory.mktemp("portal") / "portal.db"
    engine = create_engine(f"sqlite:///{file}")
    load_tables().create_all(engine)
    engine.dispose()
    database = SqliteDatabase(file)
    clock, ids = ManualClock(NOW), IdSource()
    shelf = await stocked(database, clock, ids, file.parent / "index")
    await add_lists(shelf, database, clock, ids)
    runner = web.AppRunner(shelf.application(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield {
            name: base + prefix + (path if path[0] == "/" else shelf.path(path))
            for name, (prefix, path) in VISITS.items()
        }
    finally:
        await runner.cleanup()
        shelf.desk.finder().close()
        await database.close()


@pytest.fixture(params=VISITS)
def address(request: pytest.FixtureRequest, portal: dict[str, str]) -> str:
    return portal[request.param]


@pytest.fixture
def axe() -> Path:
    if not AXE.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("axe-core is not installed, and CI skips nothing", pytrace=False)
        pytest.skip("axe-core is not installed")
    return AXE


async def test_axe_finds_nothing_by_day_nor_by_night(
    browser: Browser, address: str, axe: Path
) -> None:
    async with visiting(browser, address, examined=True) as visit:
        await visit.page.add_script_tag(path=axe)
        for scheme in ("light", "dark"):
            await visit.page.emulate_media(color_scheme=scheme)
            assert await visit.page.evaluate(FINDINGS, RULES) == [], scheme


async def test_a_page_fits_every_window_keeps_its_outline_and_asks_nobody_else(
    browser: Browser, address: str
) -> None:
    async with visiting(browser, address) as visit:
        for width in WIDTHS:
            await visit.page.set_viewport_size({"width": width, "height": 800})
            assert await visit.page.evaluate(SIZES) == [width, width]
            if LOOK:
                name = urlsplit(address).path.strip("/").replace("/", "-") or "home"
                await visit.page.screenshot(path=f"{LOOK}/{name}-{width}.png", full_page=True)
        levels = [int(tag[1]) for tag in await visit.page.evaluate(HEADINGS)]
        assert visit.complaints == []
        hosts = {urlsplit(url).netloc for url in visit.asked if not url.startswith("data:")}
        assert hosts == {urlsplit(address).netloc}
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


async def test_the_keyboard_reaches_the_text_first_and_then_everything(
    browser: Browser, portal: dict[str, str]
) -> None:
    async with visiting(browser, portal["home"]) as visit:
        page = visit.page
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "skip"
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "content"
        links = await page.locator("a[href], input, button, summary").count()
        await page.evaluate("document.activeElement.blur()")
        reached = set()
        for _ in range(links + 2):
            await page.keyboard.press("Tab")
            at = "(e => e.outerHTML.slice(0, 90) + e.getBoundingClientRect().top)"
            reached.add(await page.evaluate(f"{at}(document.activeElement)"))
        assert len(reached) >= links


async def test_everything_works_without_scripts(browser: Browser, portal: dict[str, str]) -> None:
    async with visiting(browser, portal["list"], scripts=False) as visit:
        await visit.page.locator(".items a.title").first.click()
        assert await visit.page.locator("article h1").count() == 1
        await visit.page.locator(".crumbs a").first.click()
        assert await visit.page.locator(".hero h1").count() == 1


@pytest.mark.parametrize("name", ["home", "search", "project-list", "access-points"])
async def test_the_senior_version_has_big_type_and_big_targets(
    browser: Browser, portal: dict[str, str], name: str
) -> None:
    async with visiting(browser, portal[f"/senior{name}"], width=1440) as visit:
        sizes = await visit.page.eval_on_selector_all(
            TEXTS,
            "found => found.map((e) => parseFloat(getComputedStyle(e).fontSize))",
        )
        heights = await visit.page.eval_on_selector_all(
            TARGETS,
            "found => found.map((e) => e.getBoundingClientRect().height)",
        )
    assert min(sizes) >= 18
    assert min(heights) >= 44


async def test_on_paper_only_the_document_remains(browser: Browser, portal: dict[str, str]) -> None:
    async with visiting(browser, portal["plain"]) as visit:
        await visit.page.emulate_media(media="print")
        shown = {
            name: await visit.page.locator(name).first.is_visible()
            for name in ("header.site", "footer.foot", ".crumbs", "article h1", ".record")
        }
    assert shown == {
        "header.site": False,
        "footer.foot": False,
        ".crumbs": False,
        "article h1": True,
        ".record": True,
    }
