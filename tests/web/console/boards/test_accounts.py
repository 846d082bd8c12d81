"""The register says how accounts stand; they are paused, resumed and filed by who may."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from hub.kernel.clock import CHINA
from hub.publishing.restraint import store
from tests.web.console.boards.filling import more_accounts, planned, tripped
from tests.web.console.boards.test_deliveries_board import stray_media
from tests.web.console.conftest import Office


async def test_the_register_counts_filters_and_finds(office: Office, tmp_path: Path) -> None:
    accounts = await more_accounts(office, ["甲_网站", "乙网站", "丙网站"], tmp_path)
    first = next(one for one in accounts if one.name == "甲_网站")
    now = office.desk.clock.now()
    await office.desk.organisations.connect(
        first.id, {"token": "t"}, actor="admin", authorised_until=now + timedelta(days=5)
    )
    page = await office.see("media", "/accounts")
    assert all(one.id in page for one in accounts)
    assert "7 天内 1" in page
    assert first.id in await office.see("media", "/accounts?health=expiring")
    unconnected = await office.see("media", "/accounts?health=unconnected")
    assert first.id not in unconnected
    found = await office.see("media", "/accounts?q=%E7%94%B2_")
    assert [one.name for one in accounts if one.id in found] == ["甲_网站"]
    elsewhere = await office.see("stranger", "/accounts")
    assert not any(one.id in elsewhere for one in accounts)
    await office.see("media", "/accounts?after=nobody&health=nothing")


async def test_an_account_is_paused_resumed_and_filed_by_who_may(office: Office) -> None:
    one = await planned(office, "停车管理办法")
    path = f"/accounts/{one.deliveries[0].account_id}"
    assert "该渠道不限额度" in await office.see("media", path)
    until = (office.desk.clock.now() + timedelta(days=1)).astimezone(CHINA)
    told = {"until": until.strftime("%Y-%m-%dT%H:%M"), "reason": "系统维护"}
    await office.send("media", f"{path}/pause", {"until": "2020-01-01T00:00"}, status=400)
    await office.send("media", f"{path}/pause", status=400)
    await office.send("clerk", f"{path}/pause", told, status=403)
    await stray_media(office)
    await office.send("stray", f"{path}/pause", told, status=404)
    await office.send("media", f"{path}/pause", told)
    assert "系统维护" in await office.see("media", path)
    await office.send("media", f"{path}/resume")
    assert "系统维护" not in await office.see("media", path)
    await office.send("media", f"{path}/filing", {"filing": "suspended"}, status=403)
    await office.send("office", f"{path}/filing", {"filing": "nonsense"}, status=400)
    await office.send("office", f"{path}/filing", {"filing": "suspended"})
    assert "不能发布" in await office.see("media", path)
    await office.see("stranger", path, 404)


async def test_who_has_to_publish_again_is_listed_with_what_would_suit(office: Office) -> None:
    page = await office.see("media", "/accounts/liveness")
    assert "从未更新" in page
    assert "从未更新" not in await office.see("stranger", "/accounts/liveness")
    assert "从未更新" in await office.see("office", "/accounts/liveness?body=city")


async def test_an_account_that_a_breaker_holds_back_is_not_called_fine(office: Office) -> None:
    one = await planned(office, "停车管理办法")
    account = await office.desk.organisations.account(one.deliveries[0].account_id)
    path = f"/accounts/{account.id}"
    for address in ("/accounts", path):
        assert "暂缓发送" not in await office.see("media", address)
    await tripped(office, account)
    page = await office.see("media", path)
    assert "暂缓发送" in page
    assert "连续失败：连不上平台，未发出（ClientConnectorError）" in page
    assert "暂缓发送" in await office.see("media", "/accounts")


async def test_a_breaker_is_let_go_by_who_operates_and_a_platforms_by_who_sees_all(
    office: Office,
) -> None:
    one = await planned(office, "停车管理办法")
    account = await office.desk.organisations.account(one.deliveries[0].account_id)
    path = f"/accounts/{account.id}"
    await tripped(office, account)
    assert "解除熔断" in await office.see("media", path)
    assert "解除熔断" not in await office.see("editor", path)
    await office.send("editor", f"{path}/release", {"scope": "account"}, status=403)
    assert "said=released" in await office.send("media", f"{path}/release", {"scope": "account"})
    await office.send("media", f"{path}/release", {"scope": "account"}, status=409)
    await office.send("media", f"{path}/release", {"scope": "nonsense"}, status=400)
    await office.send("media", f"{path}/release", {"scope": "platform"}, status=403)
    await office.send("office", f"{path}/release", {"scope": "platform"})
    assert await office.desk.database.read(store.open_breakers) == []
