"""The composer as people write in it: typing, what stands beside it, on to the calendar."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from playwright.async_api import Browser, Page

from app.compose import open_hub
from app.console import console_desk
from app.settings import Settings
from hub.catalogue.models import Item
from hub.kernel.clock import CHINA
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations.models import NewAccount
from hub.organisations.signin.passwords import Passwords
from tests.web.console.boards.filling import approved
from tests.web.console.conftest import Office, staff
from tests.web_pages.looking import at, fits
from tests.web_pages.test_portal_in_a_browser import RULES
from web.console.application import console_application
from web.console.assets import assets
from web.console.call import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

_PATIENCE = 60_000  # ms
_OWN_FRAMES = {**RULES, "iframes": False}  # a sandbox runs no examiner; its text is the platform's


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Office, Item]]:
    home = tmp_path_factory.mktemp("composer")
    shutil.copy(sqlite_template, home / "gongkai.db")
    settings = Settings(home=home, console_second_factor=False, sweep_seconds=1)
    async with open_hub(settings, database=SqliteDatabase(home / "gongkai.db")) as hub:
        desk = console_desk(hub, passwords=Passwords(PasswordHasher(1, 8, 1)))
        await staff(desk, home)
        weibo = NewAccount(
            channel="weibo",
            name="江澜发布",
            handle="1001",
            body_code="city",
            base_url="https://api.weibo.com",
            settings={"domain": "www.example.gov.cn"},
        )
        await desk.organisations.add_account(weibo, actor="admin")
        application = web.Application()
        application.add_subapp(ROOT, console_application(desk))
        async with TestClient(TestServer(application)) as client:
            office = Office(hub, desk, client)
            yield office, await approved(office, "停车管理办法")
        await hub.database.close()


def seen(
    browser: Browser, office: Office, who: str, path: str, *, examined: bool = False
) -> AbstractAsyncContextManager[tuple[Page, list[str]]]:
    """The page as `who` sees it; its previews are drawn into itself."""
    return at(browser, office, path, who=who, examined=examined, also=("data:",))


@pytest.mark.parametrize(
    ("name", "who", "path"),
    [
        ("write", "editor", "/items/{}/compose"),
        ("accounts", "editor", "/items/{}/compose/accounts"),
        ("schedule", "media", "/items/{}/compose/schedule"),
        ("list", "editor", "/compose?state=approved"),
    ],
)
async def test_a_page_fits_every_window_and_axe_finds_nothing(
    browser: Browser, desk: tuple[Office, Item], name: str, who: str, path: str
) -> None:
    office, item = desk
    async with seen(browser, office, who, path.format(item.id), examined=True) as (page, wrong):
        await fits(page, f"composer-{name}", _OWN_FRAMES)
        assert wrong == []


async def test_what_is_typed_becomes_a_version_and_its_plan_is_rehearsed(
    browser: Browser, desk: tuple[Office, Item]
) -> None:
    """Typing changes the preview where the page's script was brought, and is kept either way."""
    office, item = desk
    async with seen(browser, office, "editor", f"/items/{item.id}/compose") as (page, wrong):
        await page.locator("#f-body").fill("自十二月起，雨天停车免费。")
        if "htmx.js" in assets():
            beside = page.locator("#p-weibo").get_by_text("雨天停车免费")
            await beside.wait_for(timeout=_PATIENCE)
            await page.locator("#kept .good").wait_for(timeout=_PATIENCE)
        await page.get_by_role("button", name="存为新版").click()
        await page.get_by_text("已存为新版").wait_for(timeout=_PATIENCE)
        assert wrong == []
    new = await office.desk.catalogue.get(item.id)
    assert (new.version, new.body) == (item.version + 1, "自十二月起，雨天停车免费。")
    again = await approved(office, "充电桩管理办法")
    async with seen(browser, office, "media", f"/items/{again.id}/compose/schedule") as (page, bad):
        at = office.desk.clock.now().astimezone(CHINA) + timedelta(hours=3)
        await page.locator("#f-at").fill(at.strftime("%Y-%m-%dT%H:%M"))
        if "htmx.js" not in assets():
            await page.get_by_role("button", name="预演").click()
        else:
            await page.locator("#f-at").blur()
        await page.get_by_text("预计发完").wait_for(timeout=_PATIENCE)
        await page.get_by_role("button", name="确认排期").click()
        await page.get_by_text("已排期，1 条投递").wait_for(timeout=_PATIENCE)
        assert bad == []
    assert len(await office.desk.publishing.plans()) == 1
