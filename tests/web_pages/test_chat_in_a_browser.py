"""Asking on the portal as people do: with a keyboard, a narrow screen, a screen reader's rules."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.web.portal.chat.stage import Chat, chatting
from tests.web_pages.conftest import visiting
from tests.web_pages.test_portal_in_a_browser import AXE, FINDINGS, LOOK, RULES, SIZES, TARGETS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WIDTHS = (360, 1440)
BROKEN = "() => [...document.images].filter((e) => !e.complete || !e.naturalWidth).length"
ANSWERS = ".line.theirs"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def chat(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Chat]:
    home = tmp_path_factory.mktemp("chat")
    async with chatting(sqlite_template, home, site_url="http://127.0.0.1:1") as opened:
        yield opened


async def answers(page: Page, count: int) -> None:
    await page.locator(ANSWERS).nth(count - 1).wait_for(timeout=60_000)


async def focused(page: Page) -> str:
    return str(await page.evaluate("document.activeElement.id || document.activeElement.value"))


async def look(page: Page, name: str, width: int) -> None:
    if LOOK:
        await page.screenshot(path=f"{LOOK}/chat-{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("width", WIDTHS)
async def test_somebody_asks_and_follows_a_choice_with_the_keyboard_alone(
    browser: Browser, chat: Chat, width: int
) -> None:
    async with visiting(browser, f"{chat.base}/chat", width=width) as visit:
        page = visit.page
        await look(page, "empty", width)
        for _ in range(40):
            await page.keyboard.press("Tab")
            if await focused(page) == "chat-text":
                break
        await page.keyboard.type("菜单")
        await page.keyboard.press("Enter")
        await answers(page, 1)
        assert await focused(page) == "chat-text"
        assert await page.locator("#chat-status").inner_text() == "已答复。"
        for _ in range(10):
            await page.keyboard.press("Shift+Tab")
            if (await focused(page)).endswith(".1"):
                break
        await page.keyboard.press("Space")
        await answers(page, 2)
        assert (await focused(page)).endswith(".1")
        assert "查看第二项办事指南" in await page.locator(".line.mine").last.inner_text()
        assert "答：guide/二" in await page.locator(ANSWERS).last.inner_text()
        await page.locator("#chat-text").fill("图解")
        await page.locator("#chat-form button").click()
        await answers(page, 3)
        await page.locator(f"{ANSWERS} img").scroll_into_view_if_needed()
        await page.wait_for_function(f"({BROKEN})() === 0")
        assert "一图读懂" in str(await page.locator(f"{ANSWERS} img").get_attribute("alt"))
        await look(page, "asked", width)
        assert await page.evaluate(SIZES) == [width, width]
        assert visit.complaints == []
        hosts = {urlsplit(url).netloc for url in visit.asked if not url.startswith("data:")}
        assert hosts == {urlsplit(chat.base).netloc}


async def test_a_page_opened_again_shows_what_was_said_and_goes_on(
    browser: Browser, chat: Chat
) -> None:
    async with visiting(browser, f"{chat.base}/chat") as visit:
        page = visit.page
        await page.locator("#chat-starters button").first.click()
        await answers(page, 1)
        assert await page.locator("#chat-starters").count() == 0
        assert await focused(page) == "chat-text"
        await page.reload()
        assert await page.locator(".line").count() == 2
        await page.locator("#chat-text").fill("再问一句")
        await page.keyboard.press("Enter")
        await answers(page, 2)
        assert await page.locator(".line").count() == 4
        await page.locator("details.erase summary").click()
        await page.locator("details.erase button").click()
        await page.wait_for_load_state()
        assert await page.locator(".line").count() == 0
        assert "已全部删除" in await page.locator(".notice").inner_text()


async def test_what_could_not_be_sent_is_said_and_stays_in_the_field(
    browser: Browser, chat: Chat
) -> None:
    async with visiting(browser, f"{chat.base}/chat") as visit:
        page = visit.page
        await page.route("**/chat/say", lambda route: route.fulfill(status=500, body=""))
        await page.locator("#chat-text").fill("你好")
        await page.keyboard.press("Enter")
        await page.locator(".chat-status.wrong").wait_for()
        assert "没有发出" in await page.locator("#chat-status").inner_text()
        assert await page.locator("#chat-text").input_value() == "你好"


@pytest.mark.parametrize("place", ["/chat", "/senior/chat", "/en/chat"])
async def test_axe_finds_nothing_in_a_conversation(
    browser: Browser, chat: Chat, place: str
) -> None:
    if not AXE.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("axe-core is not installed, and CI skips nothing", pytrace=False)
        pytest.skip("axe-core is not installed")
    async with visiting(browser, chat.base + place, examined=True) as visit:
        page = visit.page
        for number, said in enumerate(("菜单", "图解", "停车"), 1):
            await page.locator("#chat-text").fill(said)
            await page.keyboard.press("Enter")
            await answers(page, number)
        await page.locator("details.erase summary").click()
        await page.add_script_tag(path=AXE)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            assert await page.evaluate(FINDINGS, RULES) == [], scheme
            await look(page, f"{place.strip('/').replace('/', '-')}-{scheme}", 768)


async def test_it_works_without_scripts(browser: Browser, chat: Chat) -> None:
    async with visiting(browser, f"{chat.base}/chat", scripts=False, width=360) as visit:
        page = visit.page
        await page.locator("#chat-text").fill("菜单")
        await page.locator("#chat-form button").click()
        await page.locator(".choices button").first.click()
        assert "答：guide/一" in await page.locator(ANSWERS).last.inner_text()
        assert await page.locator(".line").count() == 4
        await look(page, "plain", 360)


async def test_targets_are_big_in_the_senior_version(browser: Browser, chat: Chat) -> None:
    async with visiting(browser, f"{chat.base}/senior/chat", width=360) as visit:
        await visit.page.locator("#chat-text").fill("菜单")
        await visit.page.keyboard.press("Enter")
        await answers(visit.page, 1)
        heights = await visit.page.eval_on_selector_all(
            f"{TARGETS}, textarea",
            "found => found.filter((e) => e.type !== 'hidden' && e.checkVisibility())"
            ".map((e) => e.getBoundingClientRect().height)",
        )
        await look(visit.page, "senior", 360)
    assert min(heights) >= 44
