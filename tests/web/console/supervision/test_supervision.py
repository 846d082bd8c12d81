"""A supervisor sees how every body stands, counted from what people really did."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

from app.compose import open_engine
from hub.catalogue.models import Attribute, ItemDraft
from hub.organisations.models import Selection
from hub.publishing.service import When
from hub.review.models import ReviewStep
from simulators.determining import ORDINARY
from tests.web.console.conftest import Office

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
    async with asyncio.timeout(60):
        while True:
            if await office.hub.public.numbers([item_id]):
                return
            await asyncio.sleep(0.05)


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
