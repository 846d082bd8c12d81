"""The console's settings in a browser: every page at every width, and a day's work by keyboard."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
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
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations.models import NewPerson, Role, Selection
from hub.organisations.signin.passwords import Passwords
from hub.organisations.webhooks.models import NewWebhook
from tests.web.console.conftest import PASSWORD, Office, staff
from tests.web_pages.looking import PATIENCE_MS, at, fits
from web.console.application import console_application
from web.console.call import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PAGES = (
    "",
    "/bodies",
    "/bodies/city",
    "/people",
    "/people/clerk",
    "/people/clerk/roles",
    "/people/clerk/sign-in",
    "/audit",
    "/audit/3",
    "/audit/proof",
    "/lists",
    "/lists/words/shipped",
    "/lists/rules",
    "/calendars",
    "/calendars/silence",
    "/calendars/hours",
    "/calendars/limits",
    "/alerts",
    "/groups",
    "/groups/delegate",
    "/webhooks",
    "/webhooks/new",
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def settings(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    home = tmp_path_factory.mktemp("settings")
    shutil.copy(sqlite_template, home / "gongkai.db")
    chosen = Settings(home=home, console_second_factor=False)
    async with open_hub(chosen, database=SqliteDatabase(home / "gongkai.db")) as hub:
        desk = console_desk(hub, passwords=Passwords(PasswordHasher(1, 8, 1)))
        await staff(desk, home)
        roles = (("province", Role.ADMIN), ("city", Role.LEADER))
        chief = NewPerson(login="chief", name="陈主任", roles=roles)
        await desk.organisations.add_person(chief, actor="admin")
        await desk.factors.give_password(
            "chief", password=PASSWORD, must_change=False, actor="admin"
        )
        application = web.Application()
        application.add_subapp(ROOT, console_application(desk))
        async with TestClient(TestServer(application)) as client:
            yield Office(hub, desk, client)
        await hub.database.close()


def inside(
    browser: Browser, settings: Office, path: str, *, examined: bool = False
) -> AbstractAsyncContextManager[tuple[Page, list[str]]]:
    """A page of the settings as the administrator sees it."""
    settings.secrets.pop("chief", None)  # a fresh sign-in proves who it is for some minutes
    return at(browser, settings, f"/settings{path}", who="chief", examined=examined)


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_fits_every_window_and_axe_finds_nothing(
    browser: Browser, settings: Office, path: str
) -> None:
    async with inside(browser, settings, path, examined=True) as (page, wrong):
        assert await page.locator("h1").count() == 1
        await fits(page, f"settings{path.replace('/', '-')}")
        assert wrong == []


async def test_an_administrator_gives_a_role_and_proves_the_chain_by_keyboard(
    browser: Browser, settings: Office
) -> None:
    auditing = settings.desk.governing.auditing
    async with inside(browser, settings, "") as (page, wrong):
        for _ in range(2):
            await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/settings/people")
        await page.keyboard.press("/")
        await page.keyboard.type("editor")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**q=editor**")
        await page.keyboard.press("Escape")
        await page.locator("h1").click()
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/people/editor")
        await page.keyboard.press("r")
        await page.wait_for_url("**/people/editor/roles")
        await page.locator("#f-body").select_option("other")
        await page.locator("#f-role").select_option("clerk")
        await page.locator("#f-role").press("Tab")
        await page.keyboard.press("Enter")
        await page.get_by_text("角色已授予").wait_for()
        await page.goto(f"{settings.origin}{ROOT}/settings/audit/proof")
        await page.keyboard.press("v")
        await page.locator("#progress > *").first.wait_for()
        await asyncio.wait_for(auditing.finished(), PATIENCE_MS / 1000)
        await page.reload()
        await page.get_by_text("条全部相符").first.wait_for()
        assert wrong == []
    people = await settings.desk.organisations.people()
    assert ("other", Role.CLERK) in next(held for one, held in people if one.login == "editor")


async def test_one_group_and_one_webhook_fit_and_an_account_is_found_for_the_group(
    browser: Browser, settings: Office
) -> None:
    desk = settings.desk
    group = await desk.organisations.add_group("网站", actor="chief", rule=Selection(tag="none"))
    new = NewWebhook(label="OA", url="https://oa.example.cn/h", kinds=("catalogue.item.edited",))
    hook, _ = await desk.governing.webhooks.make(new, actor="chief")
    await desk.governing.webhooks.ping(hook.id, actor="chief")
    async with inside(browser, settings, f"/webhooks/{hook.id}", examined=True) as (page, wrong):
        await fits(page, "settings-webhook")
        assert wrong == []
    async with inside(browser, settings, f"/groups/{group.id}", examined=True) as (page, wrong):
        await fits(page, "settings-group")
        await page.locator("#f-q").press_sequentially("门户")
        await page.locator("#found input").check()
        await page.locator("#count").get_by_text("1 个账号").wait_for()
        await page.locator("h1").click()
        await page.keyboard.press("s")
        await page.get_by_text("账号组已修改").wait_for()
        assert wrong == []
    assert len((await desk.governing.groups.get(group.id)).members) == 1
