"""What an outage holds is shown where one looks, and goes with a reason, of one's own accounts."""

from __future__ import annotations

from pathlib import Path

from hub.kernel.events import read_events
from hub.publishing.models import DeliveryState
from tests.web.console.boards.filling import more_accounts, planned, put
from tests.web.console.boards.test_deliveries_board import stray_media
from tests.web.console.conftest import Office

S = DeliveryState


async def test_a_backlog_is_let_go_by_account_with_a_reason(office: Office, tmp_path: Path) -> None:
    await more_accounts(office, ["甲网站", "乙网站"], tmp_path)
    one = await planned(office, "停车管理办法")
    assert "停机积压" not in await office.see("media", "/deliveries")
    for delivery in one.deliveries:
        await put(office, delivery.id, S.BLOCKED, reason="outage")
    for page in ("/deliveries", "/"):
        assert "/console/deliveries/outage" in await office.see("media", page)
    assert "/console/deliveries/outage" not in await office.see("clerk", "/deliveries")
    page = await office.see("media", "/deliveries/outage")
    assert all(name in page for name in ("甲网站", "乙网站"))
    await office.send("media", "/deliveries/outage", {"reason": " "}, status=400)
    await office.send("clerk", "/deliveries/outage", {"reason": "恢复"}, status=403)
    await stray_media(office)
    await office.send("stray", "/deliveries/outage", {"reason": "恢复"})
    first = one.deliveries[0]
    told = {"reason": "机房恢复", "account": first.account_id}
    target = await office.send("media", "/deliveries/outage", told)
    assert "共 1 条" in await office.see("media", target.removeprefix("/console"))
    states = [
        (await office.desk.operations.explain(each.id)).delivery.state for each in one.deliveries
    ]
    assert states == [S.READY, S.BLOCKED, S.BLOCKED]
    [event] = await office.hub.database.read(lambda c: read_events(c, subject="backlog"))
    assert (event["actor"], event["data"]["reason"]) == ("media", "机房恢复")
    await office.send("media", "/deliveries/outage", {"reason": "全部恢复", "limit": "1"})
    await office.send("media", "/deliveries/outage", {"reason": "全部恢复", "channel": "website"})
    assert "没有停机积压" in await office.see("media", "/deliveries/outage")
