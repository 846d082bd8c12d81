"""An officer answers a citizen by keyboard, in every window, while the page stays true."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from playwright.async_api import Browser

from app.compose import open_hub
from app.console import console_desk
from app.desk import canned_answers
from app.settings import Settings
from hub.conversation.desk.canned.models import NewCanned
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations.signin.passwords import Passwords
from tests.web.console.conftest import Office, staff
from tests.web.console.conversations.test_conversations import SAID, Post, asked, published
from tests.web_pages.looking import at, fits
from web.console.application import console_application
from web.console.call import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """Somebody waits, and there is a canned answer for them."""

    @asynccontextmanager
    async def open_post(hub: object) -> AsyncIterator[Post]:
        yield Post()

    home = tmp_path_factory.mktemp("talks")
    shutil.copy(sqlite_template, home / "gongkai.db")
    settings = Settings(home=home, console_second_factor=False, sweep_seconds=1)
    async with open_hub(settings, database=SqliteDatabase(home / "gongkai.db")) as hub:
        desk = console_desk(hub, passwords=Passwords(PasswordHasher(1, 8, 1)))
        await staff(desk, home)
        application = web.Application()
        application.add_subapp(ROOT, console_application(desk))
        async with TestClient(TestServer(application)) as client:
            with pytest.MonkeyPatch.context() as patching:
                patching.setattr("app.console_talks.open_courier", open_post)
                one = Office(hub, desk, client)
                item = await published(one, "停车管理办法")
                for key, text in (("停车", SAID), ("户口", "户口到派出所办理。")):
                    canned = NewCanned(
                        body_id=item.body_id, key=key, title=key, text=text, items=(item.id,)
                    )
                    await canned_answers(hub).set(canned, actor="editor")
                yield one
        await hub.database.close()


async def test_a_citizen_is_answered_by_keyboard_and_axe_finds_nothing(
    browser: Browser, office: Office
) -> None:
    talk = await asked(office)
    async with at(browser, office, "/conversations", examined=True) as (page, wrong):
        await fits(page, "talk-list")
        await page.keyboard.press("j")
        await page.keyboard.press("o")
        await page.wait_for_url(f"**/conversations/{talk}", timeout=60_000)
        await page.keyboard.press("t")
        await page.locator("#f-text").wait_for(timeout=60_000)
        await page.locator("#f-canned").fill("当场")
        other = page.locator("input[name=canned][value=户口]")
        await other.wait_for(state="detached", timeout=60_000)
        await page.locator("input[name=canned][value=停车]").check(timeout=60_000)
        await page.locator("#f-text").fill("请带行驶证。")
        await fits(page, "talk-one")
        await page.locator("#reply-form button").click()
        await page.locator(".said-desk").wait_for(timeout=60_000)
        assert SAID in await page.locator(".said-desk").inner_text()
        await page.goto(f"{office.origin}{ROOT}/conversations/figures")
        await fits(page, "talk-figures")
        assert wrong == []
