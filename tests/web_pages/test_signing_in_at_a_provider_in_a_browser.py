"""Staff come in by the provider of a province, and whoever it does not vouch for stays out."""

from __future__ import annotations

import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from playwright.async_api import Browser, Page

from app.compose import open_hub
from app.console import console_desk
from app.settings import Settings
from hub.kernel.events import read_events
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations.signin.passwords import Passwords
from tests.web.console.conftest import PASSWORD, Office, staff
from tests.web.console.signin.provider import CLIENT, SECRET, Identified, provider
from tests.web_pages.looking import PATIENCE_MS, fits, is_error
from web.console.application import console_application
from web.console.areas.signin.steps import _LIMITER
from web.console.call import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

BACK = "/sign-in/provider/back"
DOOR = "用省统一身份认证登录"


@dataclass(slots=True)
class Place:
    office: Office
    idp: Identified
    wrong: list[str] = field(default_factory=list)

    async def whys(self) -> list[str]:
        """Why somebody was refused, as the audit log has it."""
        found = await self.office.hub.database.read(lambda c: read_events(c, subject="unknown"))
        return [event["data"]["why"] for event in found if "why" in event["data"]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Place]:
    """An office whose address is known before it opens: the provider has to know it."""
    home = tmp_path_factory.mktemp("provider")
    shutil.copy(sqlite_template, home / "gongkai.db")
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with provider() as idp:
        idp.callback = f"{address}{ROOT}{BACK}"
        settings = Settings(
            home=home,
            console_second_factor=False,
            oidc_issuer=idp.url,
            oidc_client_id=CLIENT,
            oidc_client_secret=SECRET,
            oidc_console_url=address,
            oidc_title="省统一身份认证",
        )
        async with open_hub(settings, database=SqliteDatabase(home / "gongkai.db")) as hub:
            desk = console_desk(hub, passwords=Passwords(PasswordHasher(1, 8, 1)))
            await staff(desk, home)
            await desk.identities.link("media", idp.url, idp.subject, actor="admin")
            application = web.Application()
            application.add_subapp(ROOT, console_application(desk))
            server = TestServer(application, socket_factory=lambda *_: listening)
            async with TestClient(server, cookie_jar=DummyCookieJar()) as client:
                yield Place(Office(hub, desk, client), idp)
            await hub.database.close()


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def honest(place: Place) -> None:
    """The provider tells the truth again, and what one address tried is forgotten."""
    place.idp.change = place.idp.twist = None
    place.idp.subject = "p-4711"
    await _LIMITER.storage.reset()


@asynccontextmanager
async def outside(browser: Browser, place: Place) -> AsyncIterator[tuple[Page, list[str]]]:
    """Somebody before the door, and what the browser complained of or asked of strangers."""
    context = await browser.new_context(reduced_motion="reduce", bypass_csp=True, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    page, wrong = await context.new_page(), list[str]()
    ours = (place.office.origin, place.idp.url, "data:")

    def said(one: Any) -> None:
        # the page of a refusal is a 403
        if is_error(one) and "status of 403" not in one.text:
            wrong.append(one.text)

    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request", lambda one: None if one.url.startswith(ours) else wrong.append(one.url[:200])
    )
    try:
        yield page, wrong
    finally:
        await context.close()


async def agree(page: Page, place: Place) -> None:
    """From the door of the console to the provider's page, and what is pressed there."""
    await page.goto(f"{place.office.origin}{ROOT}/deliveries")
    await page.get_by_role("link", name=DOOR).click()
    await page.wait_for_url(f"{place.idp.url}/authorise**")
    await page.get_by_role("link", name="同意").click()


async def test_who_is_linked_comes_in_and_goes_where_they_wanted(
    browser: Browser, place: Place
) -> None:
    async with outside(browser, place) as (page, wrong):
        await page.goto(f"{place.office.origin}{ROOT}/sign-in")
        await fits(page, "provider-door")
        await agree(page, place)
        await page.wait_for_url(f"**{ROOT}/deliveries")
        assert "media先生" in await page.locator(".who").inner_text()
        assert await page.evaluate("document.cookie") == ""
        await page.goto(f"{place.office.origin}{ROOT}/me")
        assert wrong == []


async def test_somebody_whom_nobody_linked_is_told_the_number_and_may_use_a_password(
    browser: Browser, place: Place
) -> None:
    place.idp.subject = "p-unknown"
    async with outside(browser, place) as (page, wrong):
        await agree(page, place)
        await page.get_by_text("统一身份“p-unknown”尚未关联").wait_for()
        await fits(page, "provider-unknown")
        await page.goto(f"{place.office.origin}{ROOT}/me")
        await page.wait_for_url(f"**{ROOT}/sign-in**")
        await page.fill("#f-login", "clerk")
        await page.fill("#f-password", PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**{ROOT}/me")
        assert wrong == []


LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"change": lambda claims: claims.update(nonce="x" * 43)},
    "another state": {"twist": lambda told: told.update(state="x" * 43)},
    "no code": {"twist": lambda told: told.pop("code")},
}


@pytest.mark.parametrize("lie", LIES)
async def test_an_answer_that_is_not_ours_lets_nobody_in_and_is_written_down(
    browser: Browser, place: Place, lie: str
) -> None:
    for name, value in LIES[lie].items():
        setattr(place.idp, name, value)
    before = len(await place.whys())
    async with outside(browser, place) as (page, wrong):
        await agree(page, place)
        await page.get_by_text("统一身份认证没有通过").wait_for()
        await page.goto(f"{place.office.origin}{ROOT}/me")
        await page.wait_for_url(f"**{ROOT}/sign-in**")
        assert wrong == []
    assert len(await place.whys()) == before + 1
