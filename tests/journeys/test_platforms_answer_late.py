"""What arrives by another way, or too early, or not at all: callbacks and dead authorisations."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

import publishers.wechat.findings
from hub.publishing.models import DeliveryState
from publishers.registry import find_channel
from tests.journeys.conftest import Journey

_S = DeliveryState


@pytest.fixture
async def callbacks(journey: Journey, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The WeChat accounts know our door, and nobody asks by himself for an hour."""
    declaration = find_channel("wechat").declaration
    object.__setattr__(declaration, "verify_after", timedelta(hours=1))  # `haste` puts it back
    monkeypatch.setattr(publishers.wechat.findings, "_POLL_S", 3600.0)
    platform: Any = journey.town.platforms["wechat"]
    for account in await journey.accounts("wechat"):
        await platform.connect(account.handle, f"{journey.door}/inbox/wechat/{account.id}")
    return platform


@pytest.mark.parametrize("times", ["once", "twice"])
async def test_a_callback_settles_a_wechat_delivery_at_once(
    journey: Journey, callbacks: Any, times: str
) -> None:
    callbacks.tune({"callbacks": times})
    item = await journey.import_item()
    await journey.submit(item, channels=("wechat",))
    await journey.plan(item, channels=("wechat",))
    deliveries = await journey.rest()
    assert {d.state for d in deliveries} == {_S.VERIFIED}
    assert len(journey.public("wechat")) == 2
    assert all(d.remote_url.startswith("http") for d in deliveries)
    assert callbacks.undelivered == []


async def test_a_rejection_told_by_callback_fails_the_delivery(
    journey: Journey, callbacks: Any
) -> None:
    callbacks.tune({"publish_outcome": 4})  # the platform's review refuses
    item = await journey.import_item()
    await journey.submit(item, channels=("wechat",))
    await journey.plan(item, channels=("wechat",))
    deliveries = await journey.rest()
    assert {(d.state, d.error_code) for d in deliveries} == {(_S.FAILED, "gone")}
    assert journey.public("wechat") == []


async def test_a_lost_callback_is_made_good_by_asking(journey: Journey) -> None:
    journey.town.platforms["wechat"].tune({"callbacks": "lost"})
    item = await journey.import_item()
    await journey.submit(item, channels=("wechat",))
    await journey.plan(item, channels=("wechat",))
    assert {d.state for d in await journey.rest()} == {_S.VERIFIED}


async def test_a_dead_authorisation_holds_deliveries_until_it_is_renewed(
    journey: Journey,
) -> None:
    weibo: Any = journey.town.platforms["weibo"]
    ours, other = await journey.accounts("weibo")
    first, second, third = [
        await journey.import_item(title=f"关于第{n}号文件的通知", doc_no=f"川府发〔2026〕{n}号")
        for n in (1, 2, 3)
    ]
    for item in (first, second, third):
        await journey.submit(item, channels=("weibo",))
    await journey.plan(first, channels=("weibo",))
    await journey.rest()
    weibo.revoke(ours.handle)
    for item in (second, third):
        await journey.plan(item, channels=("weibo",))
    waiting = [d for d in await journey.rest() if d.state is _S.BLOCKED]
    assert {(d.account_id, d.reason) for d in waiting} == {(ours.id, "reconnect")}
    assert Counter(p.account for p in journey.public("weibo")) == {ours.handle: 1, other.handle: 3}
    told = await journey.hub.operations.explain(waiting[0].id)
    assert "account connect" in told.next.en

    renewed = weibo.authorise(ours.handle)
    await journey.hub.organisations.connect(ours.id, dict(renewed.credentials), actor="admin")
    await journey.until(lambda found: {d.state for d in found} == {_S.VERIFIED})
    assert Counter(p.account for p in journey.public("weibo")) == {ours.handle: 3, other.handle: 3}
