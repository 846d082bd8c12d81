"""A browser, and a town whose website holds real regulations; all of it on one loop."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from hub.catalogue.models import Item, Picture
from hub.kernel.clock import ManualClock
from hub.publishing.models import Part
from hub.publishing.ports import Access
from publishers.rendering import TemplateRenderer
from publishers.simulation import Shown
from publishers.website import CHANNEL
from publishers.wire import Wire, open_session
from simulators.town import Town
from tests.publishers.doubles import MemoryJob, MemoryMedia, picture
from tests.publishers.rendering.samples import BODY, make_account, make_item

DATA = Path(__file__).resolve().parents[2] / "simulators" / "data" / "regulations.jsonl"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
LONG_TITLE = "江澜市人民政府办公室关于印发《江澜市停车管理办法》等三个文件的通知（2026年修订）"


@dataclass(frozen=True, slots=True)
class Site:
    """Where the pages are, by name."""

    town: str
    pages: dict[str, str]


@dataclass(slots=True)
class Visit:
    """One page as somebody sees it, and what went wrong or went elsewhere meanwhile."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(
            executable_path=os.environ["GONGKAI_TEST_CHROMIUM"], args=list(FLAGS)
        )
        yield opened
        await opened.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site() -> AsyncIterator[Site]:
    """Four real regulations; one of them has a picture of its own, another was withdrawn."""
    clock = ManualClock(NOW)
    town = Town(clock)
    runner = web.AppRunner(town.application(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        links = await published(town, clock, address)
        fill(town)
        home = f"{address}/website/site"
        pages = {"town": f"{address}/", "list": f"{home}/index.html"}
        pages |= {"item": links[0], "item-with-picture": links[1], "withdrawn": links[-1]}
        yield Site(address, {**pages, "month": f"{home}/list/2019-10.html"})
    finally:
        await runner.cleanup()


async def published(town: Town, clock: ManualClock, address: str) -> list[str]:
    """The addresses of the items' pages; the last one is withdrawn again."""
    enrolled = town.platforms["website"].enrol("site")
    settings = {**enrolled.settings, "title": BODY.name}
    access = Access(account_id="a", handle="site", base_url=f"{address}/website", settings=settings)
    jobs = [await job_for(item, access, f"{address}/website/site") for item in items()]
    async with open_session() as session:
        outlet = CHANNEL.open(Wire(session), clock)
        links = [(await outlet.deliver(job)).url for job in jobs]
        await outlet.withdraw(jobs[-1])
        await outlet.close()
    return links


def items() -> list[Item]:
    rows = [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]
    found = [
        make_item(
            id=f"01K3ZQ8Y5T9F3V7X2B6N4M1C{place:02}",
            title=row["title"],
            body=row["body"],
            doc_no=row["order"],
            formed_on=date.fromisoformat(row["dated"]),
            theme="国民经济管理、国有资产监管",
        )
        for place, row in enumerate(rows[:4])
    ]
    own = picture(side=900, colour="navy")
    named = Picture(
        sha256=hashlib.sha256(own).hexdigest(),
        media_type="image/png",
        size=len(own),
        width=900,
        height=900,
        alt="停车位布局示意图",
    )
    found[1] = make_item(
        id=found[1].id,
        title=LONG_TITLE,
        body=found[1].body,
        pictures=(named,),
        doc_no="江澜市政府办公室规〔2026〕第12号",
    )
    return found


async def job_for(item: Item, access: Access, site_url: str) -> MemoryJob:
    """The delivery of what the renderer makes of `item`."""
    media = MemoryMedia()
    rendered = await TemplateRenderer(site_url).render(item, BODY, [make_account("website")])
    for content in (*rendered.pictures.values(), picture(side=900, colour="navy")):
        media.add(content)
    [part] = rendered.editions[0].parts
    assert isinstance(part, Part)
    return MemoryJob(
        key=item.id, access=access, part=part, media=media, started_at=NOW, remote_id=part.link
    )


def fill(town: Town) -> None:
    """What the other platforms show: long, short, withdrawn and hostile posts."""
    texts = {
        "weibo": f"【{LONG_TITLE}】全文：https://www.example.gov.cn/{'i' * 90}.html",
        "telegram": f"{LONG_TITLE}\n\n" + "机动车停放者应当按照规定停放车辆。" * 40,
        "wechat": "<script>alert(1)</script><p>正文</p>",
    }
    for name, text in texts.items():
        values: dict[str, Any] = {"title": LONG_TITLE if name == "wechat" else "", "text": text}
        posts = [
            Shown(account=f"{name}-{n}", remote_id="9" * (10 + 6 * n), at=NOW, **values)
            for n in range(9)
        ]
        gone = Shown(
            account=name, remote_id="1", at=NOW, title="旧", text="旧文", state="withdrawn"
        )
        town.platforms[name].shown = lambda shown=[gone, *posts]: shown  # type: ignore[misc]


@asynccontextmanager
async def visiting(
    browser: Browser,
    address: str,
    *,
    width: int = 768,
    scheme: Any = "light",
    scripts: bool = True,
    examined: bool = False,
) -> AsyncIterator[Visit]:
    """Open the page as somebody with that window and that taste in colours.

    `scripts`: whether the browser runs any; `examined`: a tool may be put into the page.
    """
    context = await browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        java_script_enabled=scripts,
        bypass_csp=examined,
    )
    visit = Visit(await context.new_page())
    page = visit.page
    page.on("console", lambda said: visit.complaints.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.on("requestfailed", lambda request: visit.complaints.append(f"failed: {request.url}"))
    page.on("request", lambda request: visit.asked.append(request.url))
    answer = await page.goto(address)
    assert answer is not None
    assert answer.status == 200
    try:
        yield visit
    finally:
        await context.close()
