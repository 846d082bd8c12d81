"""An emergency is signed, chosen, given a reason and proved; then it goes, and is watched."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from hub.catalogue.models import Attribute, ItemDraft
from hub.kernel.events import read_events
from hub.organisations.signin.models import Policy
from hub.publishing.models import DeliveryState
from tests.web.console.boards.filling import approved, more_accounts, put
from tests.web.console.boards.test_deliveries_board import stray_media
from tests.web.console.conftest import PASSWORD, Office

S = DeliveryState
REASON = "强降雨红色预警"


async def test_an_emergency_goes_through_and_is_watched_to_its_end(
    office: Office, tmp_path: Path
) -> None:
    await more_accounts(office, ["甲网站"], tmp_path)
    item = await approved(office, "紧急转移通知")
    assert f"/console/emergency/{item.id}" in await office.see("media", "/emergency")
    page = await office.see("media", f"/emergency/{item.id}")
    assert '<b class="nums">2</b>' in page
    query = f"channel=website&body=city&reason={REASON}"
    confirm = f"/emergency/{item.id}/confirm"
    unproved = Policy(fresh=timedelta(), second_factor=False)
    office.desk.sessions.policy = unproved
    answer = await office.ask("media", "GET", f"{confirm}?{query}")
    assert answer.headers["Location"].startswith("/console/prove")
    told = {"channel": "website", "body": "city", "reason": REASON, "expected": "2"}
    led = await office.send("media", f"/emergency/{item.id}/send", told)
    assert led.startswith("/console/prove")
    assert not await office.desk.publishing.plans()
    office.desk.sessions.policy = Policy(second_factor=False)
    await office.send("media", "/prove", {"password": PASSWORD, "next": "/console/"})
    assert "请写明应急发布的理由" in await office.see("media", f"{confirm}?channel=website", 400)
    assert REASON in await office.see("media", f"{confirm}?{query}")
    wrong = {**told, "expected": "5"}
    assert "没有发出" in await office.send("media", f"/emergency/{item.id}/send", wrong, 409)
    assert not await office.desk.publishing.plans()
    target = await office.send("media", f"/emergency/{item.id}/send", told)
    page = await office.see("media", target.removeprefix("/console"))
    assert REASON in page
    [plan] = await office.desk.publishing.plans()
    assert plan.priority >= 100
    events = await office.hub.database.read(lambda c: read_events(c, subject=plan.id))
    [ordered] = [e for e in events if e["kind"] == "publishing.emergency.ordered"]
    assert (ordered["actor"], ordered["data"]["reason"]) == ("media", REASON)
    _, (one, other) = await office.desk.publishing.progress(plan.id)
    await put(office, one.id, S.VERIFIED)
    await put(office, other.id, S.FAILED)
    page = await office.see("media", f"/emergency/sent/{plan.id}/progress")
    assert "已结束" in page
    assert "接口调用超过限制" in page
    await office.see("stranger", f"/emergency/sent/{plan.id}", 403)


async def test_nobody_goes_round_the_review_or_beyond_their_body(office: Office) -> None:
    item = await approved(office, "紧急转移通知")
    path = f"/emergency/{item.id}"
    await office.see("clerk", "/emergency", 403)
    await stray_media(office)
    await office.see("stray", path, 403)
    told = {"channel": "website", "body": "city", "reason": REASON}
    await office.send("stray", f"{path}/send", told, status=403)
    await office.send("media", f"{path}/send", {"body": "city", "reason": REASON}, status=400)
    await office.send("media", f"{path}/send", {**told, "reason": " "}, status=400)
    changed = ItemDraft(
        body_id=item.body_id,
        title="改过的通知",
        body=item.body,
        attribute=Attribute.PROACTIVE,
    )
    await office.desk.catalogue.edit(item.id, changed, actor="editor")
    answer = await office.send("media", f"{path}/send", told, status=409)
    assert "尚未送审" in answer
    assert not await office.desk.publishing.plans()
