"""Many are sent again only after a look, only what was looked at, and never an unknown one."""

from __future__ import annotations

import re
from pathlib import Path

from hub.kernel.events import read_events
from hub.publishing.models import DeliveryState
from tests.web.console.boards.filling import more_accounts, planned, put
from tests.web.console.boards.test_deliveries_board import stray_media
from tests.web.console.conftest import Office

S = DeliveryState


async def test_the_look_says_what_goes_and_what_does_not(office: Office, tmp_path: Path) -> None:
    await more_accounts(office, ["甲网站", "乙网站"], tmp_path)
    one = await planned(office, "停车管理办法")
    failed, unknown, fine = one.deliveries
    await put(office, failed.id, S.FAILED)
    await put(office, unknown.id, S.UNKNOWN, reason="person")
    assert "批量重发" in await office.see("media", "/deliveries")
    assert "批量重发" not in await office.see("clerk", "/deliveries")
    page = await office.see("media", "/deliveries/retries")
    assert "结果未知，重发可能重复" in page
    found = re.search(r'name="ids" value="([^"]+)"', page)
    assert found is not None
    assert found[1] == failed.id
    await office.see("clerk", "/deliveries/retries", 403)
    await stray_media(office)
    assert failed.id not in await office.see("stray", "/deliveries/retries")
    ids = {"ids": f"{failed.id},{unknown.id},{fine.id}"}
    await office.send("stray", "/deliveries/retries", ids)
    assert (await office.desk.operations.explain(failed.id)).delivery.state is S.FAILED
    target = await office.send("media", "/deliveries/retries", ids)
    assert "未动 2 条" in await office.see("media", target.removeprefix("/console"))
    states = [(await office.desk.operations.explain(d.id)).delivery.state for d in one.deliveries]
    assert states == [S.READY, S.UNKNOWN, S.PLANNED]
    events = await office.hub.database.read(lambda c: read_events(c, subject="deliveries"))
    assert events[-1]["data"]["deliveries"] == [failed.id]
    await office.send("media", "/deliveries/retries", {"ids": ""}, status=400)
