"""A finding is acknowledged in writing by who operates, and comes back once it changes."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import update

from hub.kernel.database import Transaction
from hub.kernel.events import read_events
from hub.organisations.models import NewAccount
from hub.publishing.preflight.tables import preflight_problems
from tests.web.console.boards.filling import planned
from tests.web.console.boards.test_deliveries_board import stray_media
from tests.web.console.conftest import Office

HIDDEN = r'name="(topic|subject|fingerprint)" value="([^"]+)"'


def first_of(page: str) -> dict[str, str]:
    return dict(re.findall(HIDDEN, page)[:3])


async def test_an_account_s_silence_is_acknowledged_and_comes_back_when_it_changes(
    office: Office,
) -> None:
    path = "/findings?topic=liveness"
    told = first_of(await office.see("media", path))
    assert told["topic"] == "liveness"
    await office.see("clerk", "/findings", 403)
    await office.send("media", "/findings", {**told, "remark": " "}, status=400)
    await office.send("media", "/findings", {**told, "remark": "x", "fingerprint": "0"}, status=409)
    await stray_media(office)
    await office.send("stray", "/findings", {**told, "remark": "知悉"}, status=409)
    target = await office.send("media", "/findings", {**told, "remark": "本周内更新"})
    assert "已记录" in await office.see("media", target.removeprefix("/console"))
    assert not first_of(await office.see("media", path))
    everything = await office.see("media", f"{path}&all=yes")
    assert "media 已知悉：本周内更新" in everything
    [said] = await office.hub.database.read(
        lambda c: read_events(c, kinds=["publishing.finding.acknowledged"])
    )
    assert (said["actor"], said["data"]["remark"]) == ("media", "本周内更新")
    account = await office.desk.organisations.account(told["subject"])
    stricter = NewAccount(
        channel=account.channel,
        name=account.name,
        handle=account.handle,
        body_code="city",
        base_url=account.base_url,
        settings={**account.settings, "liveness_days": 3},
    )
    await office.desk.organisations.import_accounts([stricter], actor="admin")
    again = first_of(await office.see("media", path))
    assert again["subject"] == told["subject"]
    assert again["fingerprint"] != told["fingerprint"]


async def test_a_problem_of_a_plan_is_off_today_s_page_until_it_changes(office: Office) -> None:
    one = await planned(office, "停车管理办法", later=timedelta(minutes=20))
    account = one.deliveries[0].account_id
    until = office.desk.clock.now() + timedelta(days=1)
    await office.desk.organisations.pause(account, until, "维护", actor="admin")
    await office.desk.preflight.run_due()
    told = first_of(await office.see("media", "/findings"))
    assert told["subject"].startswith(one.plan_id)
    await office.send("media", "/findings", {**told, "remark": "改到明天"})
    rest = await office.see("media", "/findings")
    assert told["subject"] not in rest

    def changed(tx: Transaction) -> None:
        tx.execute(update(preflight_problems).values(zh="又有变化"))

    await office.hub.database.write(changed, audited=False)
    assert told["subject"] in await office.see("media", "/findings")
    assert "又有变化" in await office.see("media", "/")
