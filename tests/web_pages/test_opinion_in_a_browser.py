"""The pages about public opinion as analysts use them: by keyboard, on a phone, light and dark."""

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
from hub.kernel.database import Transaction
from hub.kernel.sqlite import SqliteDatabase
from hub.opinion.issues import store
from hub.opinion.issues.models import Suggestion, SuggestionKind, Verification
from hub.opinion.reports.models import Choice
from hub.opinion.watches.models import NewWatch
from hub.organisations.models import BodyKind, NewBody
from hub.organisations.signin.passwords import Passwords
from tests.web.console.conftest import Office, staff
from tests.web.console.opinion.voices import hear, said
from tests.web_pages.looking import at, fits
from web.console.application import console_application
from web.console.call import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PLACES = (
    "成都市武侯区",
    "绵阳市",
    "成都市",
    "宜宾市翠屏区",
    "成都市青羊区",
    "南充市",
    "",
    "泸州市",
)
TOLD = (
    ("云栖苑交房三年办不了房产证", "业主多次反映无果，开发商一直推脱。"),
    ("云栖苑业主至今没有拿到房产证", "孩子上学要用，请问何时能办？"),
    ("再问云栖苑房产证何时办理", ""),
    ("云栖苑房产证被开发商抵押，业主怎么办", ""),
    ("十七路公交末班车太早，加班的人回不了家", "希望延长到二十二点。"),
    ("希望延长十七路公交末班车时间", ""),
    ("听说自来水有异味是因为管道污染，是真的吗", "群里都在传。"),
    ("网传自来水异味是管道污染，请核实", ""),
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def heard(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Office, dict[str, str]]]:
    home = tmp_path_factory.mktemp("opinion")
    shutil.copy(sqlite_template, home / "gongkai.db")
    settings = Settings(home=home, console_second_factor=False, sweep_seconds=1)
    async with open_hub(settings, database=SqliteDatabase(home / "gongkai.db")) as hub:
        desk = console_desk(hub, passwords=Passwords(PasswordHasher(1, 8, 1)))
        await staff(desk, home)
        application = web.Application()
        application.add_subapp(ROOT, console_application(desk))
        async with TestClient(TestServer(application)) as client:
            office = Office(hub, desk, client)
            yield office, await stocked(office)
        await hub.database.close()


async def stocked(office: Office) -> dict[str, str]:
    """A month of voices, what waits, a suggestion and a watch; the ids that pages go by."""
    desk, now = office.desk, office.desk.clock.now()
    chengdu = NewBody(
        code="5101", name="成都市人民政府", kind=BodyKind.CITY, parent_code="province"
    )
    await desk.organisations.add_body(chengdu, actor="admin")
    new = [
        said(
            n,
            TOLD[n % len(TOLD)][0] + "！" * (n // len(TOLD)),
            text=TOLD[n % len(TOLD)][0] + "，" + TOLD[n % len(TOLD)][1],
            place=PLACES[n % len(PLACES)],
            channel=("hotline", "weibo", "wechat")[n % 3],
            likes=n * 3,
            event_at=now - timedelta(hours=1 + (n * n) % 400),
        )
        for n in range(48)
    ]
    ids = await hear(office, new, urgency="pressing")
    first, second, third = await hear(
        office,
        [said(100 + n, f"{TOLD[n][0]}，请问找谁", event_at=now) for n in (0, 4, 6)],
        band="suggested",
        confidence=0.55,
    )
    hot = await desk.listening.issues.hot()
    issues = [line.issue.id for line in hot]
    await desk.listening.issues.verify(issues[-1], Verification.OPEN, actor="office")
    merge = Suggestion(
        kind=SuggestionKind.MERGE, issue_id=issues[0], others=(issues[1],), score=0.41, made_at=now
    )

    def suggest(tx: Transaction) -> None:
        store.put_suggestions(tx, [merge])

    await desk.database.write(suggest, audited=False)
    watch = NewWatch(name="房产证", include=("房产证", "办证"), exclude=("广告",))
    await desk.listening.watches.make(watch, actor="media")
    report = await desk.listening.reports.save("民生舆情", Choice(), actor="media")
    waiting = {"first": first, "second": second, "third": third}
    return {"signal": ids[0], "issue": issues[0], "report": report.id, **waiting}


PAGES = {
    "stream": "/opinion",
    "queue": "/opinion/queue",
    "signal": "/opinion/signals/{signal}",
    "topics": "/opinion/topics",
    "topic": "/opinion/topics/{issue}",
    "suggestions": "/opinion/suggestions",
    "rumours": "/opinion/rumours",
    "watches": "/opinion/watches",
    "sources": "/opinion/sources",
    "models": "/opinion/models",
    "builder": "/reports/own/new",
    "report": "/reports/own/{report}",
}


@pytest.mark.parametrize("name", sorted(PAGES))
async def test_a_page_fits_every_window_and_axe_finds_nothing(
    browser: Browser, heard: tuple[Office, dict[str, str]], name: str
) -> None:
    office, ids = heard
    path = PAGES[name].format(**ids)
    async with at(browser, office, path, examined=True) as (page, wrong):
        await fits(page, f"opinion-{name}")
        assert wrong == []


async def test_an_analyst_goes_through_the_queue_without_a_mouse(
    browser: Browser, heard: tuple[Office, dict[str, str]]
) -> None:
    office, ids = heard
    async with at(browser, office, "/opinion/queue") as (page, wrong):
        await page.locator(asking(ids["third"])).wait_for()
        await page.keyboard.press("5")
        assert await page.locator("input[type=radio]").nth(1).is_checked()
        await page.keyboard.press("2")
        await page.locator(asking(ids["second"])).wait_for(timeout=60_000)
        await page.wait_for_load_state("load")  # from then on its keys are listened to
        sight = await office.desk.sights.operated("media")
        line = await office.desk.listening.stream.line(ids["third"], sight)
        assert line.judged is not None
        assert (line.judged["topic"], line.judged["department"]) == ("交通运输", "交通运输")
        await page.keyboard.press("c")
        await page.keyboard.press("m")
        assert await page.evaluate("document.activeElement.name") == "mood"
        await page.keyboard.press("Escape")
        await page.keyboard.press("n")
        await page.locator(asking(ids["first"])).wait_for(timeout=60_000)
        assert wrong == []


async def test_a_report_is_put_together_looked_at_and_kept_by_keyboard(
    browser: Browser, heard: tuple[Office, dict[str, str]]
) -> None:
    office, _ = heard
    async with at(browser, office, "/reports/own/new", examined=True) as (page, wrong):
        await page.locator("#f-name").fill("房产证专报")
        await page.locator("#f-name").press("Escape")
        await page.locator("h1").click()
        await page.locator("#f-last").fill(office.desk.clock.now().date().isoformat())
        await page.locator("h1").click()
        await page.keyboard.press("p")
        await page.locator("#preview svg").first.wait_for()
        assert await page.locator("#preview #summary").count() == 1
        await fits(page, "opinion-preview")
        await page.locator("h1").click()
        await page.keyboard.press("s")
        await page.get_by_text("已保存").wait_for()
        assert wrong == []
    reports = await office.desk.listening.reports.all(actor="media")
    assert "房产证专报" in [one.name for one in reports]


def asking(signal_id: str) -> str:
    """Where the queue asks about that signal."""
    return f'form[action$="/opinion/queue/{signal_id}"]'
