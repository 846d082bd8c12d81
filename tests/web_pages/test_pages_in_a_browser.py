"""What a reader, a phone, a keyboard and a screen reader get, measured in a real browser."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser

from tests.web_pages.conftest import Site, visiting

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PAGES = ("town", "item", "item-with-picture", "list", "month", "withdrawn")
WIDTHS = (360, 768, 1440)

# WCAG 2.2, 1.4.3: the contrast of each text with the nearest background that is painted
CONTRASTS = """() => {
  const parse = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, a = 1] = parse(getComputedStyle(at).backgroundColor);
      if (a === 1) return [r, g, b];
      if (a > 0) return null;
    }
    return null;
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), element = walker.currentNode.parentElement;
    if (!text || ['STYLE', 'SCRIPT'].includes(element.tagName)) continue;
    const back = ground(element), style = getComputedStyle(element);
    const pair = back && [light(parse(style.color)), light(back)].sort((a, b) => b - a);
    const ratio = pair && style.opacity === '1' ? (pair[0] + 0.05) / (pair[1] + 0.05) : 0;
    found.push([Math.round(ratio * 100) / 100, text.slice(0, 20)]);
  }
  return found;
}"""
OUTLINE = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const style = getComputedStyle(at), box = at.getBoundingClientRect();
  const seen = box.width > 0 && box.right > 0 && box.left < innerWidth;
  return {tag: at.tagName, text: at.textContent.trim().slice(0, 20), skip: at.className === 'skip',
    seen, outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth)};
}"""
LOAD_PICTURES = """() => Promise.all(
  [...document.images].map((e) => { e.loading = 'eager'; return e.decode(); }))"""
OVERFLOWING = """() => [...document.body.querySelectorAll('*')]
  .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
  .map((e) => `${e.tagName}.${e.className}`)"""


@pytest.fixture(params=PAGES)
def address(request: pytest.FixtureRequest, site: Site) -> str:
    return site.pages[request.param]


@pytest.mark.parametrize("width", WIDTHS)
async def test_a_page_fits_its_window_complains_of_nothing_and_asks_nobody_else(
    browser: Browser, address: str, width: int
) -> None:
    async with visiting(browser, address, width=width) as visit:
        await visit.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        await visit.page.wait_for_load_state("networkidle")
        sizes = await visit.page.evaluate(
            "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert sizes == [width, width], await visit.page.evaluate(OVERFLOWING)
        assert await visit.page.evaluate(OVERFLOWING) == []
        assert visit.complaints == []
        hosts = {urlsplit(url).netloc for url in visit.asked if not url.startswith("data:")}
        assert hosts == {urlsplit(address).netloc}


async def test_a_page_names_its_language_its_title_and_its_headings_in_order(
    browser: Browser, address: str
) -> None:
    async with visiting(browser, address) as visit:
        page = visit.page
        assert await page.get_attribute("html", "lang") == "zh-Hans"
        assert (await page.title()).strip()
        assert await page.locator("main").count() == 1
        levels = [
            int(tag[1])
            for tag in await page.eval_on_selector_all(
                "h1, h2, h3, h4, h5, h6", "found => found.map((e) => e.tagName)"
            )
        ]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


async def test_every_picture_is_there_and_described(browser: Browser, address: str) -> None:
    async with visiting(browser, address) as visit:
        await visit.page.evaluate(LOAD_PICTURES)
        pictures = await visit.page.eval_on_selector_all(
            "img", "found => found.map((e) => [e.naturalWidth, e.alt.trim()])"
        )
    assert all(width > 0 and alt for width, alt in pictures), pictures


async def test_an_item_shows_its_cover_and_its_own_pictures(browser: Browser, site: Site) -> None:
    counts = []
    for name in ("item", "item-with-picture"):
        async with visiting(browser, site.pages[name]) as visit:
            counts.append(await visit.page.locator("article img").count())
    assert counts == [1, 2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_text_can_be_read_in_both_colour_schemes(
    browser: Browser, address: str, scheme: str
) -> None:
    async with visiting(browser, address, scheme=scheme) as visit:
        contrasts = await visit.page.evaluate(CONTRASTS)
    assert contrasts
    assert [found for found in contrasts if found[0] < 4.5] == []


async def test_dark_is_dark(browser: Browser, address: str) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        async with visiting(browser, address, scheme=scheme) as visit:
            colour = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
            grounds.append(sum(await visit.page.evaluate(colour)))
    assert grounds[0] > 600
    assert grounds[1] < 120


async def test_the_keyboard_reaches_every_link_and_shows_where_it_is(
    browser: Browser, address: str
) -> None:
    async with visiting(browser, address) as visit:
        links = await visit.page.locator("a:visible, summary:visible").count()
        met: list[dict[str, Any]] = []
        for _ in range(links):
            await visit.page.keyboard.press("Tab")
            met.append(await visit.page.evaluate(OUTLINE))
    assert [one for one in met if not one or not one["seen"] or one["outline"] < 2] == []


async def test_a_regulations_chapters_can_be_jumped_to(browser: Browser, site: Site) -> None:
    async with visiting(browser, site.pages["item"]) as visit:
        page = visit.page
        await page.click("summary")
        chapters = page.locator(".contents a")
        headings = page.locator("[itemprop=articleBody] h2")
        assert await chapters.all_inner_texts() == await headings.all_inner_texts()
        await chapters.last.click()
        assert await headings.last.evaluate("e => e.matches(':target')")


async def test_on_paper_there_is_the_document_and_no_frame(browser: Browser, site: Site) -> None:
    async with visiting(browser, site.pages["item"]) as visit:
        await visit.page.emulate_media(media="print")
        shown = [
            await visit.page.locator(part).first.is_visible()
            for part in ("h1", "table", "[itemprop=articleBody] p", "header.site", ".contents")
        ]
    assert shown == [True, True, True, False, False]


async def test_a_readers_way_from_the_town_to_the_item_and_back_to_the_list(
    browser: Browser, site: Site
) -> None:
    async with visiting(browser, site.pages["town"]) as visit:
        page = visit.page
        await page.locator("a", has_text="打开网页").first.click()
        assert page.url in site.pages.values()
        await page.goto(site.pages["list"])
        assert await page.locator(".items a").count() == 3
        await page.locator(".items a").first.click()
        assert page.url == site.pages["item"] or "/i/" in page.url
        await page.goto(site.pages["withdrawn"])
        await page.click("text=返回首页")
        assert page.url == site.pages["list"]
