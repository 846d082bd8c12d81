"""The console's boards as people use them all day: by keyboard, on a phone, as they change."""

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
from hub.kernel.clock import CHINA
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations.signin.passwords import Passwords
from hub.publishing.models import DeliveryState
from hub.publishing.timing.models import NewPostingTime
from tests.web.console.boards.filling import Planned, more_accounts, planned, put
from tests.web.console.conftest import Office, staff
from tests.web.console.supervision.test_supervision import held
from tests.web_pages.looking import at, fits
from tests.web_pages.test_portal_in_a_browser import RULES
from web.console.application import console_application
from web.console.call import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

S = DeliveryState
_OWN_FRAMES = {**RULES, "iframes": False}  # a sandbox runs no examiner; its text is the platform's


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def boards(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Office, Planned]]:
    home = tmp_path_factory.mktemp("boards")
    shutil.copy(sqlite_template, home / "gongkai.db")
    settings = Settings(home=home, console_second_factor=False, sweep_seconds=1)
    async with open_hub(settings, database=SqliteDatabase(home / "gongkai.db")) as hub:
        desk = console_desk(hub, passwords=Passwords(PasswordHasher(1, 8, 1)))
        desk.supervision.patience = 60.0  # on a busy machine, too
        await staff(desk, home)
        application = web.Application()
        application.add_subapp(ROOT, console_application(desk))
        async with TestClient(TestServer(application)) as client:
            office = Office(hub, desk, client)
            yield office, await stocked(office, home)
        await hub.database.close()


async def stocked(office: Office, folder: Path) -> Planned:
    """A week of plans, and trouble of every kind; the one that is dragged."""
    await more_accounts(office, ["江澜发布", "江澜市政务公开网", "市卫生健康委"], folder)
    titles = (
        "停车管理办法（2026年修订）",
        "关于做好冬春季疫苗接种工作的通知",
        "一图读懂：惠企二十条",
    )
    made = [
        await planned(office, title, later=timedelta(hours=20 + 22 * n))
        for n, title in enumerate(titles)
    ]
    first = made[0].deliveries
    for minute in (9 * 60, 10 * 60 + 30, 15 * 60):
        for delivery in first[:2]:
            at = NewPostingTime(minute=minute, zone="Asia/Shanghai", account_id=delivery.account_id)
            await office.desk.timing.add_posting_time(at, actor="admin")
    await put(office, first[0].id, S.FAILED)
    await put(office, first[1].id, S.UNKNOWN, reason="person")
    await put(office, first[2].id, S.VERIFIED, remote_url="https://www.example.gov.cn/1.html")
    for n in range(5):
        await planned(office, f"第{n + 1}号公告", later=timedelta(hours=66))
    return made[2]


PAGES = {
    "deliveries": "/deliveries",
    "delivery": "/deliveries/{delivery}",
    "recall": "/deliveries/recall/{item}",
    "month": "/calendar?day={day}",
    "week": "/calendar?view=week&day={day}",
    "day": "/calendar?view=day&day={day}",
    "plan": "/calendar/plans/{plan}",
    "accounts": "/accounts",
    "account": "/accounts/{account}",
    "liveness": "/accounts/liveness",
    "slots": "/calendar/slots?day={day}",
    "slot": "/calendar/slots/{delivery}",
    "posts": "/templates/posts?item={item}",
    "supervision": "/supervision",
}


def path_of(name: str, one: Planned) -> str:
    delivery = one.deliveries[0]
    return PAGES[name].format(
        delivery=delivery.id,
        account=delivery.account_id,
        item=one.item.id,
        plan=one.plan_id,
        day=delivery.due_at.astimezone(CHINA).date().isoformat(),
    )


@pytest.mark.parametrize("name", sorted(PAGES))
async def test_a_page_fits_every_window_and_axe_finds_nothing(
    browser: Browser, boards: tuple[Office, Planned], name: str
) -> None:
    office, one = boards
    async with at(browser, office, path_of(name, one), examined=True) as (page, wrong):
        await fits(page, f"board-{name}", _OWN_FRAMES if name == "posts" else RULES)
        assert wrong == []


async def test_a_board_follows_what_happens_without_being_loaded_again(
    browser: Browser, boards: tuple[Office, Planned]
) -> None:
    office, one = boards
    async with at(browser, office, "/deliveries") as (page, wrong):
        await page.get_by_text("实时", exact=True).wait_for()
        await office.desk.pulse.looked.wait()
        await put(office, one.deliveries[1].id, S.FAILED)
        await office.desk.organisations.pause(
            one.deliveries[1].account_id,
            office.desk.clock.now() + timedelta(hours=1),
            "维护",
            actor="admin",
        )
        await page.locator(f'a[href$="{one.deliveries[1].id}"]').wait_for(timeout=60_000)
        await page.keyboard.press("j")
        await page.keyboard.press("o")
        await page.wait_for_url("**/deliveries/0*")
        assert wrong == []


async def test_a_supervisors_table_comes_by_itself_when_it_is_counted(
    browser: Browser, boards: tuple[Office, Planned], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, _ = boards
    with held(office, monkeypatch) as release:
        async with at(
            browser, office, "/supervision?since=2026-01-01&until=2026-01-31", examined=True
        ) as (
            page,
            wrong,
        ):
            await page.get_by_role("status").get_by_text("正在统计").wait_for()
            await fits(page, "board-supervision-counting")
            release()
            await page.locator("table tbody tr").first.wait_for()
            assert wrong == []


async def test_a_plan_is_dragged_to_another_day_and_a_past_day_is_refused_in_place(
    browser: Browser, boards: tuple[Office, Planned]
) -> None:
    office, one = boards
    due = one.deliveries[0].due_at.astimezone(CHINA)
    async with at(browser, office, f"/calendar?view=week&day={due.date()}") as (page, _):
        entry = page.locator(f'[data-plan="{one.plan_id}"]')
        cells = page.locator("[data-drop]")
        first = "0" if due.weekday() != 0 else "1"
        await entry.drag_to(cells.nth(int(first)))
        dialog = page.locator("#move")
        await dialog.wait_for(state="visible")
        await page.locator("#m-day").fill("2020-01-01")
        await page.keyboard.press("Enter")
        await dialog.locator(".notice.bad").wait_for()
        later = (due + timedelta(days=1)).date().isoformat()
        await page.locator("#m-day").fill(later)
        await page.locator("#m-time").fill("11:45")
        await page.keyboard.press("Enter")
        await page.get_by_text("已改期").wait_for()
        moved = page.locator(f'[data-plan="{one.plan_id}"]')
        assert await moved.get_attribute("data-day") == later
        assert await moved.get_attribute("data-time") == "11:45"


async def test_a_delivery_is_dragged_onto_a_free_slot_of_its_account(
    browser: Browser, boards: tuple[Office, Planned]
) -> None:
    office, one = boards
    laned = await office.desk.timing.posting_times()
    delivery = next(
        d for d in one.deliveries if d.account_id in {time.account_id for time in laned}
    )
    day = delivery.due_at.astimezone(CHINA).date().isoformat()
    path = f"/calendar/slots?day={day}&account={delivery.account_id}"
    async with at(browser, office, path) as (page, wrong):
        taken = page.locator(f'[data-slot-move$="{delivery.id}"]')
        free = page.locator("[data-slot-drop]").last
        chosen = await free.get_attribute("data-slot-drop")
        await taken.drag_to(free)
        await page.wait_for_url(f"**/slots/{delivery.id}?at=**")
        assert await page.locator("#f-at").input_value() == chosen
        await page.keyboard.press("s")
        await page.get_by_text("已移到所选时段").wait_for()
        assert wrong == []
    moved = (await office.desk.operations.explain(delivery.id)).delivery
    assert moved.due_at.isoformat() == chosen


async def test_every_channels_post_is_seen_under_the_consoles_own_policy(
    browser: Browser, boards: tuple[Office, Planned]
) -> None:
    office, one = boards
    async with at(browser, office, f"/templates/posts?item={one.item.id}") as (page, wrong):
        frame = page.frame_locator("iframe").first
        await page.locator("iframe").first.scroll_into_view_if_needed()
        await frame.get_by_text(one.item.title).first.wait_for()
        assert await page.locator(".post-look").count() == len(office.desk.channels)
        assert wrong == []
