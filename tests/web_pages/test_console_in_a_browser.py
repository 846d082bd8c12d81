"""The console as people meet it: narrow and wide, light and dark, by keyboard alone."""

from __future__ import annotations

import itertools
import os
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pyotp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page

from hub.catalogue.models import ItemState
from tests.web_pages.console_office import Staffed, office
from tests.web_pages.looking import is_error
from tests.web_pages.test_portal_in_a_browser import AXE, FINDINGS, RULES

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# each width once, each scheme at the ends; with GONGKAI_TEST_SCREENSHOTS every one of the six
_ALL: tuple[tuple[int, Any], ...] = tuple(itertools.product((360, 768, 1440), ("light", "dark")))
LOOK = os.environ.get("GONGKAI_TEST_SCREENSHOTS", "")
VIEWS = _ALL if LOOK else (_ALL[0], _ALL[3], _ALL[4])
SIZES = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
OVERFLOWING = """() => [...document.body.querySelectorAll('*')]
  .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5
    && !e.closest('.scroll, .areas') && !e.closest('.skip'))
  .map((e) => `${e.tagName}.${e.className}`)"""
PAGES = (
    "today-media", "items", "item-private", "item-new", "determination", "versions", "reviews",
    "review-changed", "me", "sign-in",
)  # fmt: skip
REFUSALS = {"refused": 403}
MOST_BYTES = 300 * 1024


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def staffed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Staffed]:
    async with office(tmp_path_factory.mktemp("console")) as made:
        yield made


class Watch:
    """What a page complains of, whom it asks, and how many bytes it takes."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.weight = 0
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def _said(self, message: ConsoleMessage) -> None:
        # the rest is advice of the browser's own
        if message.type == "warning" or is_error(message):
            self.complaints.append(f"{message.type}: {message.text}")

    def elsewhere(self, address: str) -> set[str]:
        hosts = {urlsplit(url).netloc for url in self.asked if not url.startswith("data:")}
        return hosts - {urlsplit(address).netloc}


async def signed_in(
    staffed: Staffed, browser: Browser, login: str, **given: Any
) -> tuple[BrowserContext, Page]:
    if login:
        context = await staffed.context(browser, login, **given)
    else:
        context = await browser.new_context(**given)
    return context, await context.new_page()


@pytest.mark.parametrize("name", [*PAGES, *REFUSALS])
async def test_a_page_fits_every_window_and_axe_finds_nothing_by_day_or_night(
    staffed: Staffed, browser: Browser, name: str
) -> None:
    login, path = staffed.pages[name]
    context, page = await signed_in(
        staffed, browser, login, bypass_csp=True, reduced_motion="reduce"
    )
    watch = Watch(page)
    answer = await page.goto(f"{staffed.address}/console{path}")
    assert answer is not None
    assert answer.status == REFUSALS.get(name, 200)
    if AXE.exists():
        await page.add_script_tag(path=AXE)
    for width, scheme in VIEWS:
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme=scheme)
        wide, window = await page.evaluate(SIZES)
        assert wide <= window, await page.evaluate(OVERFLOWING)
        if LOOK:
            await page.screenshot(path=f"{LOOK}/{name}-{width}-{scheme}.png", full_page=True)
        if AXE.exists():
            assert await page.evaluate(FINDINGS, RULES) == [], (width, scheme)
    assert [one for one in watch.complaints if "status of 40" not in one] == []
    assert watch.elsewhere(staffed.address) == set()
    await context.close()


async def test_a_page_is_light_and_runs_under_its_policy(
    staffed: Staffed, browser: Browser
) -> None:
    context, page = await signed_in(staffed, browser, "li.min")
    watch, sizes = Watch(page), []
    page.on("requestfinished", lambda request: sizes.append(request))
    await page.goto(f"{staffed.address}/console{staffed.pages['review'][1]}")
    await page.wait_for_load_state("networkidle")
    weight = 0
    for request in sizes:
        told = await request.sizes()
        weight += told["responseBodySize"] + told["responseHeadersSize"]
    assert 0 < weight < MOST_BYTES
    assert watch.complaints == []
    assert await page.evaluate("typeof htmx") in ("object", "undefined")
    await context.close()


async def test_somebody_signs_in_for_the_first_time(staffed: Staffed, browser: Browser) -> None:
    given = await staffed.desk.factors.give_password("zhao.xue", actor="admin")
    context, page = await signed_in(staffed, browser, "")
    watch = Watch(page)
    await page.goto(f"{staffed.address}/console/items")
    await page.fill("#f-login", "zhao.xue")
    await page.fill("#f-password", given)
    await page.keyboard.press("Enter")
    await page.fill("#f-new_password", "Lantern-31-quay")
    await page.fill("#f-again", "Lantern-31-quay")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".qr img")
    totp = pyotp.TOTP(await page.locator("#secret").text_content() or "")
    await page.fill("#f-code", totp.at(staffed.clock.now()))
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".codes")
    assert await page.locator(".codes li").count() == 10
    await page.click("main .button")
    await page.wait_for_selector(".gauges")
    await page.click(".who summary")
    await page.click("text=退出登录")
    await page.wait_for_selector("#f-login")
    staffed.clock.advance(60)
    await page.fill("#f-login", "zhao.xue")
    await page.fill("#f-password", "Lantern-31-quay")
    await page.keyboard.press("Enter")
    await page.fill("#f-code", totp.at(staffed.clock.now()))
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".gauges")
    assert watch.complaints == []
    await context.close()


async def test_three_reviewers_sign_by_keyboard_and_one_returns(
    staffed: Staffed, browser: Browser
) -> None:
    hub, path = staffed.hub, staffed.pages["review"][1]
    approval = await hub.review.get(path.rpartition("/")[2])
    for login in ("li.min", "zhang.wei", "chen.fang"):
        context, page = await signed_in(staffed, browser, login)
        await page.goto(f"{staffed.address}/console/reviews")
        place = page.locator(f'a.name[href$="{approval.id}"]')
        rows = page.locator("[data-rows] > li")
        for _ in range(await rows.count()):
            await page.keyboard.press("j")
            if await place.evaluate("e => e === document.activeElement"):
                break
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**{path}")
        await page.fill("#f-remark", "时限已过，经核对无误，同意发布")
        await page.click("h1")
        await page.keyboard.press("s")
        await page.wait_for_url("**said=signed")
        assert "已签署" in (await page.locator("#notices").text_content() or "")
        await context.close()
    assert (await hub.review.get(approval.id)).complete
    assert (await hub.catalogue.get(approval.item_id)).state is ItemState.APPROVED

    context, page = await signed_in(staffed, browser, "zhang.wei")
    path = staffed.pages["review-second"][1]
    await page.goto(f"{staffed.address}/console{path}")
    await page.keyboard.press("r")
    await page.keyboard.type("附件二的数字与正文不符")
    await page.click("#return .button.danger")
    await page.wait_for_url("**said=returned")
    found = await hub.review.get(path.rpartition("/")[2])
    assert found.returned_reason == "附件二的数字与正文不符"
    await context.close()


async def test_a_question_mark_shows_the_keys_and_a_slash_finds(
    staffed: Staffed, browser: Browser
) -> None:
    context, page = await signed_in(staffed, browser, "wang.lei")
    await page.goto(f"{staffed.address}/console/items")
    await page.keyboard.press("?")
    assert await page.locator("#keys").is_visible()
    await page.keyboard.press("Escape")
    await page.wait_for_selector("#keys", state="hidden")
    await page.keyboard.press("/")
    await page.keyboard.type("没有这样的文件")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".empty")
    await page.keyboard.press("Tab")
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("g")
    await page.keyboard.press("1")
    await page.wait_for_url("**/console/")
    await context.close()
