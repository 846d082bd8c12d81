"""The graphics editor as people use it: by keyboard, at any width, the picture beside the form."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from playwright.async_api import Browser, expect

from app.compose import open_hub
from app.console import console_desk
from app.settings import Settings
from hub.catalogue.models import Attribute, ItemDraft
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations.signin.passwords import Passwords
from tests.web.console.conftest import Office, staff
from tests.web.console.graphics.test_graphics import BODY
from tests.web_pages.looking import PATIENCE_MS, at, fits
from web.console.application import console_application
from web.console.assets import assets
from web.console.call import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DRAWN = ("data:image/png;",)
KINDS = "() => [...document.querySelectorAll('[name$=\".kind\"]')].map((one) => one.value)"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def drawing(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Office, str]]:
    home = tmp_path_factory.mktemp("graphics")
    shutil.copy(sqlite_template, home / "gongkai.db")
    settings = Settings(home=home, console_second_factor=False)
    async with open_hub(settings, database=SqliteDatabase(home / "gongkai.db")) as hub:
        desk = console_desk(hub, passwords=Passwords(PasswordHasher(1, 8, 1)))
        await staff(desk, home)
        draft = ItemDraft(
            title="停车管理办法",
            body=BODY,
            body_id=(await desk.organisations.body("city")).id,
            attribute=Attribute.PROACTIVE,
            issuer="江澜市人民政府",
        )
        item = await desk.catalogue.add(draft, actor="editor")
        application = web.Application()
        application.add_subapp(ROOT, console_application(desk))
        async with TestClient(TestServer(application)) as client:
            yield Office(hub, desk, client), item.id
        await hub.database.close()


@pytest.mark.parametrize("name", ["items", "show", "edit", "templates"])
async def test_a_page_fits_every_window_and_axe_finds_nothing(
    browser: Browser, drawing: tuple[Office, str], name: str
) -> None:
    office, item = drawing
    paths = {"items": "/graphics", "show": f"/graphics/{item}", "edit": f"/graphics/{item}/edit"}
    path = paths.get(name, "/templates")
    async with at(browser, office, path, who="editor", examined=True, also=DRAWN) as (page, wrong):
        await fits(page, f"graphics-{name}")
        assert wrong == []


async def test_a_graphic_is_drawn_while_it_is_typed_and_attached(
    browser: Browser, drawing: tuple[Office, str]
) -> None:
    if "htmx.js" not in assets():
        pytest.skip("npm did not bring htmx: the pages are plain")
    office, item = drawing
    edit = f"/graphics/{item}/edit?from=blank"
    async with at(browser, office, edit, who="editor", also=DRAWN) as (page, wrong):
        shown = page.locator("#shown")
        await page.locator("#f-sections-0-paragraphs").fill("新增泊位800个")
        await expect(shown).to_contain_text("原文未见：800", timeout=PATIENCE_MS)
        await page.locator("#f-hero-title").fill("")
        await expect(page.locator("#e-f-hero-title")).not_to_be_empty(timeout=PATIENCE_MS)
        await page.locator("#f-hero-title").fill("停车管理办法")
        await expect(page.locator("#e-f-hero-title")).to_be_empty(timeout=PATIENCE_MS)
        await page.locator("#f-new_kind").select_option("quote")
        await page.locator('[value="add:sections:"]').press("Enter")
        await expect(page.locator("#f-sections-1-text")).to_be_visible(timeout=PATIENCE_MS)
        await page.locator("#f-sections-1-text").fill("全市新增公共泊位500个。")
        await page.keyboard.press("Alt+ArrowUp")
        await page.wait_for_function(f"() => ({KINDS})()[0] === 'quote'")
        await page.locator("#f-sections-1-paragraphs").fill("新增公共泊位500个")
        await expect(shown).to_contain_text("数字都见于原文", timeout=PATIENCE_MS)
        await page.locator('[formaction$="/confirm"]').press("Enter")
        alt = page.locator('[name^="alt:"]').first
        await alt.fill("图解：新增公共泊位500个")
        await page.locator("main form .button").first.press("Enter")
        await page.wait_for_url("**/graphics/*?said=attached")
        assert wrong == []
    found = await office.desk.catalogue.get(item)
    assert found.pictures[0].alt == "图解：新增公共泊位500个"
