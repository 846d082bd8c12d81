"""A key of the staff API: made in the browser, seen once, used over HTTP, revoked and refused."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from playwright.async_api import Browser

from app.compose import open_hub
from app.console import console_desk
from app.desk import desk_of
from app.settings import Settings
from app.staff import staff_services
from hub.kernel.events import read_events
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations.signin.passwords import Passwords
from tests.web.console.conftest import Office, staff
from tests.web.staff.conftest import Post
from tests.web_pages.looking import at, fits
from web.console.application import console_application
from web.console.call import ROOT
from web.staff.openapi import ROOT as API
from web.staff.openapi import staff_routes

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """The console and the staff API at one address."""
    home = tmp_path_factory.mktemp("keys")
    shutil.copy(sqlite_template, home / "gongkai.db")
    settings = Settings(home=home, console_second_factor=False)
    async with open_hub(settings, database=SqliteDatabase(home / "gongkai.db")) as hub:
        desk = console_desk(hub, passwords=Passwords(PasswordHasher(1, 8, 1)))
        await staff(desk, home)
        application = web.Application()
        application.add_subapp(ROOT, console_application(desk))
        application.add_routes(staff_routes(staff_services(hub, desk_of(hub, Post()))))
        async with TestClient(TestServer(application), cookie_jar=DummyCookieJar()) as client:
            yield Office(hub, desk, client)
        await hub.database.close()


async def answered(office: Office, secret: str, method: str, path: str) -> int:
    """The status of what a program is told that comes with `secret`."""
    headers = {"Authorization": f"Bearer {secret}"}
    async with office.client.request(method, API + path, headers=headers, json={}) as answer:
        return answer.status


async def test_a_key_is_made_with_its_scopes_seen_once_used_and_revoked(
    browser: Browser, office: Office
) -> None:
    async with at(browser, office, "/me", who="clerk", examined=True) as (page, wrong):
        await page.get_by_role("link", name="接口密钥").click()
        await page.wait_for_url("**/me/keys")
        await page.locator("h1").click()
        await page.keyboard.press("n")
        await page.wait_for_url("**/me/keys/new")
        await fits(page, "keys-new")
        await page.get_by_label("用途").fill("OA 对接")
        assert await page.locator('[name="scope-read"]').is_checked()
        for row in await page.locator(".ticks .tick").all():
            box = await row.bounding_box()
            assert box is not None
            assert box["height"] < 60, "what a scope lets do is read in a line, not in a column"
        await page.get_by_role("button", name="签发").click()
        shown = page.locator(".secret code")
        await shown.wait_for()
        secret = await shown.inner_text()
        await fits(page, "keys-made")
        assert secret.startswith("gk_")
        assert await answered(office, secret, "GET", "/items") == 200
        assert await answered(office, secret, "POST", "/items") == 403
        await page.goto(f"{office.origin}{ROOT}/me/keys")
        assert "OA 对接" in await page.locator("main").inner_text()
        assert secret not in await page.content()
        await page.get_by_role("button", name="撤销 OA 对接").click()
        await page.wait_for_url("**/me/keys?said=revoked**")
        assert "已撤销" in await page.locator(".rows").inner_text()
        assert wrong == []
    assert await answered(office, secret, "GET", "/items") == 401
    kinds = [one["kind"] for one in await office.hub.database.read(read_events)]
    assert "organisations.token.issued" in kinds
    assert "organisations.token.revoked" in kinds
