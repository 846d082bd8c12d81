"""From the text to the review and the calendar: who is reached, who signs, when it is finished."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from hub.catalogue.models import Attribute, Item, ItemDraft
from hub.kernel.clock import CHINA
from hub.organisations.models import FilingState, Selection
from hub.publishing.models import DeliveryState
from simulators.determining import ORDINARY
from tests.web.console.boards.filling import approved, more_accounts
from tests.web.console.conftest import Office


async def drafted(office: Office) -> Item:
    owner = await office.desk.organisations.body("city")
    draft = ItemDraft(
        body_id=owner.id, title="停车管理办法", body="现将有关事项通知如下。",
        attribute=Attribute.PROACTIVE,
    )  # fmt: skip
    item = await office.desk.catalogue.add(draft, actor="editor")
    await office.desk.determinations.determine(item.id, ORDINARY, actor="clerk")
    return item


def wall(office: Office, later: timedelta) -> str:
    at = (office.desk.clock.now() + later).astimezone(CHINA)
    return at.strftime("%Y-%m-%dT%H:%M")


async def test_the_choice_is_counted_and_who_is_left_out_is_named_with_the_reason(
    office: Office, tmp_path: Path
) -> None:
    item = await drafted(office)
    accounts = await more_accounts(office, ["甲网站", "乙网站"], tmp_path)
    one = next(account for account in accounts if account.name == "乙网站")
    await office.desk.organisations.change_account(
        one.id, filing=FilingState.SUSPENDED, actor="admin"
    )
    path = f"/items/{item.id}/compose/accounts"
    page = await office.see("editor", path)
    assert '<b class="nums">2</b> 个账号可发布，共选中 3 个' in page
    assert "乙网站" in page
    for name in ("clerk先生", "head先生", "leader先生"):
        assert name in page
    told = {"channel": "website", "body": "city", "tag": "city"}
    part = await office.send("editor", path, told, status=200)
    assert '<b class="nums">1</b> 个账号可发布，共选中 1 个' in part
    none = await office.send("editor", path, {"body": "city", "channel": "nothing"}, status=200)
    assert "共选中 0 个" in none
    await office.see("stranger", path, 403)


async def test_what_is_chosen_is_submitted_and_no_channel_is_no_wish_for_all(
    office: Office,
) -> None:
    item = await drafted(office)
    path = f"/items/{item.id}/compose/submit"
    page = await office.send("editor", path, {"body": "city"}, status=400)
    assert "至少选一个渠道" in page
    where = await office.send("editor", path, {"body": "city", "channel": "website"})
    [waiting] = await office.desk.queue.to_sign("clerk")
    assert where.endswith(f"/reviews/{waiting.approval_id}?said=submitted")
    await office.send("media", path, {"channel": "website"}, status=403)


async def test_the_outlook_tells_the_end_and_who_is_left_out_and_writes_nothing(
    office: Office, tmp_path: Path
) -> None:
    item = await approved(office, "停车管理办法")
    await more_accounts(office, ["甲网站"], tmp_path)
    path = f"/items/{item.id}/compose"
    told = {
        "mode": "at", "at": wall(office, timedelta(hours=2)), "zone": "Asia/Shanghai",
        "body": "city", "channel": "website",
    }  # fmt: skip
    page = await office.send("media", f"{path}/outlook", told, status=200)
    assert '<b class="nums">2</b> 条投递' in page
    assert "预计发完" in page
    assert await office.desk.publishing.plans() == []
    where = await office.send("media", f"{path}/schedule", {**told, "rings": "yes"})
    [plan] = await office.desk.publishing.plans()
    assert f"/compose/plans/{plan.id}" in where
    assert len(await office.desk.rings.views(plan.id)) > 1
    looked = await office.see("media", where.removeprefix("/console"))
    assert "已排期，2 条投递" in looked
    assert "发布前检查" in looked
    again = await office.send("media", f"{path}/outlook", told, status=409)
    assert "没有可发布的账号" in again
    assert "已排给此账号" in again


async def test_a_time_that_is_impossible_is_refused_beside_its_field(office: Office) -> None:
    item = await approved(office, "停车管理办法")
    path = f"/items/{item.id}/compose/schedule"
    base = {"channel": "website", "body": "city", "zone": "Asia/Shanghai"}
    page = await office.send("media", path, {**base, "mode": "at"}, status=400)
    assert 'id="e-at"' in page
    past = wall(office, -timedelta(days=2))
    page = await office.send("media", path, {**base, "mode": "at", "at": past}, status=400)
    assert "已过去" in page
    later, soon = wall(office, timedelta(days=3)), wall(office, timedelta(days=1))
    told = {**base, "mode": "at", "at": soon, "embargo": later}
    assert "早于解禁时间" in await office.send("media", path, told, status=400)
    told = {**base, "mode": "at", "at": soon, "zone": "Mars/Base"}
    assert "Mars/Base" in await office.send("media", path, told, status=400)
    told = {**base, "mode": "recurring", "at": soon}
    assert 'id="e-rule"' in await office.send("media", path, told, status=400)
    assert await office.desk.publishing.plans() == []


async def test_it_goes_out_now_or_comes_again_by_a_rule(office: Office) -> None:
    item = await approved(office, "停车管理办法")
    path = f"/items/{item.id}/compose/schedule"
    base = {"channel": "website", "body": "city", "zone": "Asia/Shanghai"}
    soon = wall(office, timedelta(days=1))
    told = {**base, "mode": "recurring", "at": soon, "rule": "FREQ=DAILY"}
    assert "已设定期发布" in await office.see(
        "media", (await office.send("media", path, told)).removeprefix("/console")
    )
    [recurrence] = await office.desk.recurrences.all()
    assert recurrence.rule.startswith("FREQ=DAILY")
    await office.send("media", path, {**base, "mode": "now"})
    [plan] = await office.desk.publishing.plans()
    _, [delivery] = await office.desk.publishing.progress(plan.id)
    assert delivery.state is DeliveryState.READY


async def test_before_the_signatures_it_is_not_planned_and_only_media_plan(
    office: Office,
) -> None:
    item = await drafted(office)
    await office.desk.publishing.submit(item.id, Selection(channels=("website",)), "editor")
    path = f"/items/{item.id}/compose/schedule"
    told = {"channel": "website", "body": "city", "mode": "now"}
    assert "三审未齐" in await office.see("media", path)
    await office.send("media", path, told, status=409)
    await office.see("editor", path, 403)
    await office.send("editor", path, told, status=403)
    await office.see("stranger", path, 403)
