"""A supervisor sees how every body stands, counted from what people really did."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from html import unescape

import pytest
from aiohttp import ClientResponse
from sqlalchemy import Connection

from app.compose import open_engine
from hub.catalogue.models import Attribute, ItemDraft
from hub.organisations.models import Selection
from hub.publishing.service import When
from hub.review.models import ReviewStep
from hub.supervision import store
from hub.supervision.models import Period, Tally
from simulators.determining import ORDINARY
from tests.waiting import until
from tests.web.console.conftest import Office

HTMX = {"HX-Request": "true"}
_SIGNERS = (
    (ReviewStep.DRAFT_CHECK, "clerk"),
    (ReviewStep.SECTION_REVIEW, "head"),
    (ReviewStep.SIGN_OFF, "leader"),
)


async def reviewed(office: Office, title: str, *, returned: bool = False) -> str:
    """An item of the city that went through its reviews, or came back from them."""
    hub = office.hub
    city = await hub.organisations.body("city")
    formed = (hub.clock.now() - timedelta(days=3)).date()
    draft = ItemDraft(
        body_id=city.id,
        title=title,
        body="自来水管网检修，请提前储水。",
        attribute=Attribute.PROACTIVE,
        formed_on=formed,
    )
    item = await hub.catalogue.add(draft, actor="editor")
    await hub.determinations.determine(item.id, ORDINARY, actor="editor")
    approval = await hub.publishing.submit(item.id, Selection(tag="city"), "editor")
    if returned:
        await hub.review.send_back(approval.id, "clerk", "标题不清")
        return item.id
    for step, who in _SIGNERS:
        await hub.review.sign(approval.id, step, who, approval.hash)
    return item.id


def figures(page: str, body: str) -> list[str]:
    """The cells of a body's row, as people read them."""
    row = re.search(rf'<th scope="row">(?:<a[^>]*>)?{body}.*?</tr>', page, re.DOTALL)
    assert row, page[-3_000:]
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row[0], re.DOTALL)
    return [re.sub(r"<[^>]+>|\s+", " ", cell).strip() for cell in cells]


async def test_what_was_reviewed_and_published_is_counted_for_its_body(office: Office) -> None:
    await reviewed(office, "关于停水的通知")
    item_id = await reviewed(office, "关于检修的通知")
    await reviewed(office, "通知", returned=True)
    await office.hub.publishing.plan(item_id, Selection(tag="city"), When(zone="UTC"), "media")
    async with open_engine(office.hub):
        await until_public(office, item_id)
    page = await office.see("office", "/supervision")
    told = figures(page, "江澜市")
    assert told[0] == "1"  # published
    assert told[1] == "100.0%"  # within twenty working days
    assert told[3].startswith("66.7%")  # one of three came back
    assert told[5] == "100.0%"
    assert figures(page, "海州市")[0] == "0"


async def until_public(office: Office, item_id: str) -> None:
    await until(lambda: office.hub.public.numbers([item_id]), every=0.05)


async def test_a_figure_leads_to_what_it_counts(office: Office) -> None:
    page = await office.see("office", "/supervision?since=2026-01-01&until=2026-06-30")
    assert figures(page, "江澜市")[7].startswith("1")  # never published on its only account
    assert "/console/accounts/liveness?body=city" in page
    assert "2026-01-01" in page


async def test_who_works_in_one_city_sees_that_city_alone(office: Office) -> None:
    page = await office.see("media", "/supervision")
    assert "江澜市" in page
    assert "海州市" not in page
    await office.see("newcomer", "/supervision", status=403)


async def test_a_period_that_is_none_is_said_so(office: Office) -> None:
    page = await office.see("office", "/supervision?since=2026-06-30&until=2026-01-01", status=400)
    assert "一天至一年" in page
    await office.see("office", "/supervision?since=yesterday&until=%00")


async def test_a_page_says_that_it_is_counting_and_is_shown_once_that_is_done(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held(office, monkeypatch) as release:
        page = await office.see("office", "/supervision")
        assert "正在统计" in page
        assert "<tbody>" not in page
        asked = unescape(re.findall(r'hx-get="/console([^"]+)"', page)[0])
        meanwhile = await office.see("office", asked, **HTMX)
        assert "正在统计" in meanwhile
        assert "<html" not in meanwhile
        release()
        answer = await until_counted(office, asked)
        assert answer.headers["HX-Redirect"].startswith("/console/supervision?since=")
    assert figures(await office.see("office", "/supervision"), "海州市")[0] == "0"


async def test_a_reader_of_older_figures_is_told_of_newer_ones(office: Office) -> None:
    told = await office.see("office", "/supervision/counted?older=1&since=2026-01-05", **HTMX)
    assert "新数字已统计好" in told
    assert "/console/supervision?since=2026-01-05" in told


async def test_days_at_the_ends_of_the_calendar_are_no_days(office: Office) -> None:
    await office.see("office", "/supervision?since=0001-01-01&until=9999-12-31")
    await office.see("office", "/supervision/counted?older=1&until=9999-12-31", **HTMX)


@contextmanager
def held(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Counting stands still until it is released, and nobody waits for it."""
    tallies, free = store.tallies, threading.Event()

    def counting(connection: Connection, period: Period, now: datetime) -> dict[str, Tally]:
        assert free.wait(60)
        return tallies(connection, period, now)

    with monkeypatch.context() as patched:
        patched.setattr(store, "tallies", counting)
        patched.setattr(office.desk.supervision, "patience", 0.05)
        try:
            yield free.set
        finally:
            free.set()


async def until_counted(office: Office, path: str) -> ClientResponse:
    async with asyncio.timeout(60):
        while True:
            answer = await office.ask("office", "GET", path, headers=HTMX)
            if answer.status == 204:
                return answer
            await asyncio.sleep(0.05)
