"""Walking through the console as somebody does: what they press, and what each page has to be.

Every page that is looked at is kept as a picture, where the house keeps them.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, ConsoleMessage, Locator, Page

from tests.journeys.console.stage import House
from tests.web.console.conftest import PASSWORD
from tests.web_pages.looking import PATIENCE_MS, is_error
from tests.web_pages.test_portal_in_a_browser import AXE, FINDINGS, RULES, SIZES
from web.console.call import ROOT

__all__ = ["Walk", "walking"]

_EVERY_SIZE = os.environ.get("GONGKAI_TEST_SCREENSHOTS", "")
_WIDE, _NARROW, _HIGH = 1440, 360, 900
# a sandboxed preview runs no examiner; its text is the platform's
_RULES: Mapping[str, object] = {**RULES, "iframes": False}
# what is refused within a page, as a form that stays open says it
_REFUSED = "the server responded with a status of 409"
_WIDER = """() => [...document.body.querySelectorAll('*')]
  .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5
    && !e.closest('.scroll, .areas, .skip'))
  .map((e) => `${e.tagName}.${e.className}`).slice(0, 8)"""


@dataclass(slots=True)
class Walk:
    """One person's way. `wrong` is what the browser complained of, and asked elsewhere."""

    page: Page
    name: str
    folder: Path
    wrong: list[str] = field(default_factory=list)
    seen: int = 0

    async def see(self, name: str, text: str = "") -> None:
        """A page that says `text`: it fits both a desk and a telephone, and axe finds nothing, in
        light and in dark by turns."""
        page = self.page
        if text:
            await page.get_by_text(text).first.wait_for()
        await page.wait_for_load_state("load")
        self.seen += 1
        picture = f"{self.name}-{self.seen:02}-{name}"
        for turn, (width, scheme) in enumerate(((_NARROW, "dark"), (_WIDE, "light"))):
            await page.set_viewport_size({"width": width, "height": _HIGH})
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            wide, window = await page.evaluate(SIZES)
            await page.screenshot(path=self.folder / f"{picture}-{width}.png", full_page=True)
            assert wide <= window, (picture, width, await page.evaluate(_WIDER))
            if self.seen % 2 == turn:
                found = await self._found()
                assert found == [], (picture, scheme, found)
        if _EVERY_SIZE:
            await self._every_size(picture)

    async def press(self, *keys: str) -> None:
        """Keys, outside of any field."""
        await self.page.evaluate("document.activeElement?.blur()")
        for key in keys:
            await self.page.keyboard.press(key)

    async def turn(self, key: str) -> None:
        """A key that leads to another page."""
        async with self.page.expect_navigation():
            await self.press(key)

    async def click(self, name: str, role: str = "button") -> None:
        await self.named(name, role).click()

    async def follow(self, name: str) -> None:
        """A link within the page, as its text says."""
        link = self.page.get_by_role("main").get_by_role("link", name=name).first
        async with self.page.expect_navigation():
            await link.click()

    def named(self, name: str, role: str) -> Locator:
        return self.page.get_by_role(role, name=name).first  # type: ignore[arg-type]

    async def area(self, name: str) -> None:
        """An entry of the main menu."""
        menu = self.page.get_by_role("navigation", name="主菜单")
        async with self.page.expect_navigation():
            await menu.get_by_role("link", name=name, exact=True).click()

    async def choose(self, title: str) -> None:
        """The row of that title, by keyboard alone."""
        row = self.page.locator("[data-rows] > li", has_text=title).first
        await row.wait_for()
        await self.page.evaluate("document.activeElement?.blur()")
        for _ in range(await self.page.locator("[data-rows] > li").count()):
            await self.page.keyboard.press("j")
            if await row.get_attribute("aria-current"):
                break
        async with self.page.expect_navigation():
            await self.page.keyboard.press("Enter")

    async def told(self, text: str) -> None:
        """What the page says was done."""
        await self.page.locator(".notice").get_by_text(text).first.wait_for()

    async def _found(self) -> list[str]:
        if not AXE.exists():
            return []
        if not await self.page.evaluate("typeof axe === 'object'"):
            await self.page.evaluate(AXE.read_text("utf-8"))
        found = await self.page.evaluate(FINDINGS, _RULES)
        # the initial beside a person's name is for the eye alone
        return [one for one in found if "label-content-name" not in one]

    async def _every_size(self, picture: str) -> None:
        for width, scheme in ((_NARROW, "light"), (768, "light"), (768, "dark"), (_WIDE, "dark")):
            await self.page.set_viewport_size({"width": width, "height": _HIGH})
            await self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            path = Path(_EVERY_SIZE) / f"{picture}-{width}-{scheme}.png"
            await self.page.screenshot(path=path, full_page=True)
        await self.page.set_viewport_size({"width": _WIDE, "height": _HIGH})
        await self.page.emulate_media(color_scheme="light")


@asynccontextmanager
async def walking(browser: Browser, house: House, login: str, name: str) -> AsyncIterator[Walk]:
    """Somebody who signs in at the console's door; nothing may go wrong on their way."""
    context = await browser.new_context(
        viewport={"width": _WIDE, "height": _HIGH}, reduced_motion="reduce", locale="zh-CN"
    )
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    walk = Walk(page, name, house.pictures)
    ours = (house.origin, "data:", "blob:" + house.origin)
    page.on("console", lambda said: walk.wrong.append(said.text) if _complains(said) else None)
    page.on("pageerror", lambda error: walk.wrong.append(str(error)))
    page.on(
        "request",
        lambda one: None if one.url.startswith(ours) else walk.wrong.append(one.url[:200]),
    )
    try:
        await page.goto(f"{house.origin}{ROOT}/")
        await page.fill("#f-login", login)
        await page.fill("#f-password", PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/console/")
        yield walk
        assert walk.wrong == [], walk.wrong
    except BaseException:
        await page.screenshot(
            path=house.pictures / f"{name}-{walk.seen + 1:02}-wrong.png", full_page=True
        )
        raise
    finally:
        await context.close()


def _complains(said: ConsoleMessage) -> bool:
    return is_error(said) and _REFUSED not in said.text
