"""Looking at the console's pages in Chromium: as whom, what went wrong, whether they fit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from playwright.async_api import Browser, ConsoleMessage, Page

from tests.web.console.conftest import Office
from tests.web_pages.test_portal_in_a_browser import AXE, FINDINGS, LOOK, RULES, SIZES
from web.console.call import ROOT

__all__ = ["PATIENCE_MS", "at", "fits", "is_error"]

PATIENCE_MS = 120_000
_HEIGHT = 900
# how htmx says that a request was given up, for a newer one or because the page was left
_GIVEN_UP = frozenset({"htmx:afterRequest", "htmx:sendAbort"})


def is_error(said: ConsoleMessage) -> bool:
    """Whether what is in the browser's console is a complaint."""
    return said.type == "error" and said.text not in _GIVEN_UP


@asynccontextmanager
async def at(
    browser: Browser,
    office: Office,
    path: str,
    *,
    who: str = "media",
    examined: bool = False,
    also: Sequence[str] = (),
) -> AsyncIterator[tuple[Page, list[str]]]:
    """The page as `who` sees it, and what the browser complained of or asked elsewhere than of the
    office and of what begins like one of `also`. `examined`: axe is to be let in."""
    context = await browser.new_context(
        viewport={"width": 1440, "height": _HEIGHT}, reduced_motion="reduce", bypass_csp=examined
    )
    context.set_default_timeout(PATIENCE_MS)
    secret = await office.signed_in(who)
    cookie = {"name": "gongkai-session", "value": secret, "url": office.origin}
    await context.add_cookies([cookie])  # type: ignore[list-item]
    page, wrong = await context.new_page(), list[str]()
    ours = (office.origin, *also)
    page.on("console", lambda said: wrong.append(said.text) if is_error(said) else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request", lambda one: None if one.url.startswith(ours) else wrong.append(one.url[:200])
    )
    await page.goto(f"{office.origin}{ROOT}{path}")
    try:
        yield page, wrong
    finally:
        await context.close()


async def fits(page: Page, name: str, rules: Mapping[str, object] = RULES) -> None:
    """Nothing is wider than any window, and axe finds nothing, in dark and in light. `name` is
    that of its pictures, where somebody wants to look."""
    for width in (1440, 768, 360):
        await page.set_viewport_size({"width": width, "height": _HEIGHT})
        if LOOK:
            await page.screenshot(path=f"{LOOK}/{name}-{width}.png", full_page=True)
        wide, _ = await page.evaluate(SIZES)
        assert wide <= width, (name, width)
    if not AXE.exists():
        return
    await page.add_script_tag(path=AXE)
    for scheme, width in (("dark", 360), ("light", 1440)):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await page.set_viewport_size({"width": width, "height": _HEIGHT})
        found = await page.evaluate(FINDINGS, rules)
        if LOOK:
            await page.screenshot(path=f"{LOOK}/{name}-{scheme}.png")
        # the initial beside a person's name is for the eye alone
        assert [f for f in found if "label-content-name" not in f] == [], (name, scheme)
