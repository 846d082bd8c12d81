"""What operators do in a hurry, by keyboard: an emergency, many again, an outage, a new account."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from playwright.async_api import Browser

from app.compose import open_hub
from app.console import console_desk
from app.settings import Settings
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations.models import NewPerson, Role
from hub.organisations.signin.passwords import Passwords
from hub.publishing.models import DeliveryState
from tests.web.console.boards.filling import approved, more_accounts, planned, put
from tests.web.console.conftest import PASSWORD, Office, staff
from tests.web_pages.looking import at, fits
from web.console.application import console_application
from web.console.call import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

S = DeliveryState
PAGES = {
    "emergency": "/emergency",
    "choose": "/emergency/{item}",
    "confirm": "/emergency/{item}/confirm?channel=website&body=city&reason=预警",
    "retries": "/deliveries/retries",
    "outage": "/deliveries/outage",
    "findings": "/findings?topic=liveness",
    "channels": "/accounts/connect",
    "form": "/accounts/connect/wechat",
    "connection": "/accounts/{account}/connect",
    "filters": "/items?state=approved",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Office, dict[str, str]]]:
    home = tmp_path_factory.mktemp("desk")
    shutil.copy(sqlite_template, home / "gongkai.db")
    settings = Settings(home=home, console_second_factor=False, sweep_seconds=1)
    async with open_hub(settings, database=SqliteDatabase(home / "gongkai.db")) as hub:
        made = console_desk(hub, passwords=Passwords(PasswordHasher(1, 8, 1)))
        await staff(made, home)
        roles = (("city", Role.ADMIN), ("city", Role.MEDIA))
        await made.organisations.add_person(
            NewPerson(login="chief", name="陈主任", roles=roles), actor="admin"
        )
        await made.factors.give_password(
            "chief", password=PASSWORD, must_change=False, actor="admin"
        )
        application = web.Application()
        application.add_subapp(ROOT, console_application(made))
        async with TestClient(TestServer(application)) as client:
            office = Office(hub, made, client)
            yield office, await stocked(office, home)
        await hub.database.close()


async def stocked(office: Office, folder: Path) -> dict[str, str]:
    accounts = await more_accounts(office, ["江澜发布", "江澜市政务公开网"], folder)
    one = await planned(office, "停车管理办法（2026年修订）")
    failed, unknown, held = one.deliveries
    await put(office, failed.id, S.FAILED)
    await put(office, unknown.id, S.UNKNOWN, reason="person")
    await put(office, held.id, S.BLOCKED, reason="outage")
    item = await approved(office, "关于启动防汛二级应急响应的通知")
    await office.desk.filters.save("chief", "/items", "已审发", {"state": "approved"})
    return {"item": item.id, "account": accounts[0].id}


@pytest.mark.parametrize("name", sorted(PAGES))
async def test_a_page_fits_every_window_and_axe_finds_nothing(
    browser: Browser, desk: tuple[Office, dict[str, str]], name: str
) -> None:
    office, known = desk
    path = PAGES[name].format(**known)
    async with at(browser, office, path, who="chief", examined=True) as (page, wrong):
        await fits(page, f"desk-{name}")
        assert wrong == []


async def test_an_emergency_is_counted_confirmed_and_followed_by_keyboard(
    browser: Browser, desk: tuple[Office, dict[str, str]]
) -> None:
    office, known = desk
    async with at(browser, office, f"/emergency/{known['item']}", who="chief") as (page, wrong):
        await page.locator("#outlook .figure").wait_for()
        await page.locator('input[name="channel"]').uncheck()
        await page.locator("#outlook .notice.bad").wait_for()
        await page.locator('input[name="channel"]').check()
        await page.locator("#outlook .figure").wait_for()
        await page.locator("#f-reason").fill("强降雨红色预警")
        await page.locator("h1").click()
        await page.keyboard.press("s")
        await page.wait_for_url("**/confirm?**")
        assert "强降雨红色预警" in await page.locator("main").inner_text()
        await page.keyboard.press("s")
        await page.wait_for_url("**/emergency/sent/**")
        await page.get_by_text("实时", exact=True).wait_for()
        plan = page.url.split("?")[0].rpartition("/")[2]
        _, (first, *_) = await office.desk.publishing.progress(plan)
        await office.desk.pulse.looked.wait()
        await put(office, first.id, S.VERIFIED)
        until = office.desk.clock.now() + timedelta(hours=1)
        await office.desk.organisations.pause(first.account_id, until, "维护", actor="admin")
        await page.locator(".state-verified").wait_for()
        assert wrong == []


async def test_a_filter_is_kept_under_a_name_and_opened_again(
    browser: Browser, desk: tuple[Office, dict[str, str]]
) -> None:
    office, _ = desk
    async with at(browser, office, "/items", who="chief") as (page, wrong):
        await page.locator("#f-attribute").select_option("proactive")
        await page.wait_for_url("**attribute=proactive**")
        await page.locator(".saving summary").click()
        await page.locator("#saved-as").fill("主动公开")
        await page.keyboard.press("Enter")
        await page.locator('.saved-name[aria-current="true"]', has_text="主动公开").wait_for()
        assert "attribute=proactive" in page.url
        assert wrong == []
