"""Every page of the console that a link leads to, in the windows of telephone, tablet and desk.

The walk begins at Today and follows every link, one for each of the console's routes.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.web.console.conftest import Office
from tests.web_pages.furnished import EVERYTHING, QUOTED, furnished
from tests.web_pages.looking import PATIENCE_MS, at, fits
from tests.web_pages.test_portal_in_a_browser import LOOK
from web.console.application import console_routes
from web.console.call import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WIDTHS = (1440, 768, 360)
PARTS = 6  # tests that share the pages: none takes long on a busy machine
# what stands out of the window, and out of anything that scrolls within itself
WIDER = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? []
  : [...document.body.querySelectorAll('*')]
  .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5
    && !e.closest('.scroll, .areas, .skip'))
  .map((e) => `${e.tagName}.${e.className}`).slice(0, 6)"""
LINK = re.compile(rf'href="({ROOT}/[^"#]*)')


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    async with furnished(tmp_path_factory.mktemp("furnished"), sqlite_template) as made:
        yield made


def route_of(path: str) -> str:
    """The declared route that answers a path; nothing where none does."""
    return next((name for name, pattern in PATTERNS if pattern.fullmatch(path)), "")


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Whole names come before those with something in the place of a part."""
    found = {one.path for one in console_routes() if one.method == "GET" and not one.quiet}
    for path in sorted(found, key=lambda one: one.count("{")):
        parts = re.split(r"{[^{}]*(?:{[^{}]*}[^{}]*)*}", path)
        yield path, re.compile("[^/]+".join(map(re.escape, parts)))


PATTERNS = tuple(_patterns())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pages(office: Office) -> dict[str, str]:
    """By route, where a page of it is: what the walk comes to."""
    found: dict[str, str] = {}
    ahead = ["/"]
    while ahead:
        path = ahead.pop(0)
        route = route_of(path.partition("?")[0])
        if not route or route in found:
            continue
        answer = await office.ask(EVERYTHING, "GET", path)
        shown = answer.content_type == "text/html" and "Content-Disposition" not in answer.headers
        page = await answer.text() if answer.status == 200 and shown else ""
        if "<main" not in page:
            continue
        found[route] = path
        links = (one.replace("&amp;", "&").removeprefix(ROOT) for one in LINK.findall(page))
        ahead += [one for one in links if route_of(one.partition("?")[0]) not in found]
    return found


async def test_the_walk_comes_to_most_pages(pages: dict[str, str]) -> None:
    assert len(pages) >= 75, sorted(pages)


@pytest.mark.parametrize("part", range(PARTS))
async def test_no_page_is_wider_than_its_window(
    browser: Browser, office: Office, pages: dict[str, str], part: int
) -> None:
    too_wide: list[tuple[str, int, list[str]]] = []
    async with at(browser, office, "/me", who=EVERYTHING, also=("data:image/",)) as (page, wrong):
        for route in sorted(pages)[part::PARTS]:
            await page.goto(f"{office.origin}{ROOT}{pages[route]}", wait_until="domcontentloaded")
            for width in WIDTHS:
                await page.set_viewport_size({"width": width, "height": 900})
                out = await page.evaluate(WIDER)
                too_wide += [(route, width, out)] if out else []
            if LOOK:
                await pictured(page, route)
    assert too_wide == []
    assert wrong == []


async def test_a_fact_is_quoted_in_an_answer_changed_and_taken_away(
    browser: Browser, office: Office, pages: dict[str, str]
) -> None:
    case = pages["/cases/{id}"]
    [source] = [one for one in await office.desk.catalogue.list() if one.title == QUOTED]
    async with at(browser, office, case, who=EVERYTHING, examined=True) as (page, wrong):
        facts = page.locator("section", has=page.locator("#facts"))
        before = await facts.locator("blockquote").count()
        await page.keyboard.press("q")
        await page.locator("#f-source").fill(source.id)
        await page.locator("#f-quote").fill("商品房不动产登记办法")
        await facts.get_by_role("button", name="引用一条").click()
        await page.get_by_text("最接近的是").wait_for()
        await fits(page, "case-facts-refused")
        await page.locator("#f-quote").fill("江澜市商品房")
        await facts.get_by_role("button", name="引用一条").click()
        await page.get_by_text("已引用", exact=True).wait_for()
        await fits(page, "case-facts")
        newest = facts.locator("li", has=page.get_by_text("江澜市商品房", exact=True))
        await newest.locator("summary").click()
        await newest.get_by_role("button", name="撤去").click()
        await page.get_by_text("引用已撤去", exact=True).wait_for()
        assert await facts.locator("blockquote").count() == before
        # a refusal's page is a 400
        assert [one for one in wrong if "status of 400" not in one] == []


async def pictured(page: Page, route: str) -> None:
    name = route.strip("/").replace("/", "-").replace("{", "").replace("}", "") or "today"
    for width, scheme in itertools.product(WIDTHS, ("light", "dark")):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await page.screenshot(
            path=f"{LOOK}/{name}@{width}-{scheme}.png", full_page=True, timeout=PATIENCE_MS
        )
    await page.emulate_media(color_scheme="light")
