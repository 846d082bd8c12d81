from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from app.compose import Installed
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database, Transaction
from hub.kernel.meter import NoMeter
from hub.organisations import store as organisations
from hub.organisations.models import Account, Body, BodyKind
from hub.publishing.models import Quota
from hub.publishing.quota import store
from hub.publishing.rules import quota_period
from publishers.registry import find_channel
from scheduler import quota_watch
from scheduler.quota_watch import QuotaWatch, left_of

AT = datetime(2026, 3, 2, tzinfo=UTC)


class Shown(NoMeter):
    def __init__(self) -> None:
        self.quota: Mapping[tuple[str, str], int] = {}

    def show_quota(self, accounts: Mapping[tuple[str, str], int]) -> None:
        self.quota = accounts


@pytest.mark.parametrize(
    ("spent", "left"),
    [(0, "enough"), (8, "enough"), (9, "low"), (10, "none"), (11, "none")],
)
def test_what_is_left_of_ten(spent: int, left: str) -> None:
    assert left_of(Quota(count=10, period="day"), spent) == left


def fill(tx: Transaction) -> None:
    body = Body(id="B", code="b", name="某市", kind=BodyKind.CITY)
    common: dict[str, Any] = {"name": "x", "body_id": "B", "base_url": "http://127.0.0.1"}
    rows = [Account(id=f"W{n}", channel="weibo", handle=f"{n}", **common) for n in range(5)]
    rows.append(Account(id="T", channel="telegram", handle="@t", **common))
    organisations.insert_bodies(tx, [body])
    organisations.insert_accounts(tx, rows, AT)


async def test_accounts_are_counted_by_what_is_left_and_channels_without_quota_are_not(
    database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (quota,) = find_channel("weibo").declaration.quotas
    asked: list[int] = []

    def used(
        connection: Connection, kind: str, starts_at: datetime, ids: Collection[str]
    ) -> dict[str, int]:
        assert (kind, starts_at) == (quota.kind, quota_period(quota, clock.now())[0])
        asked.append(len(ids))
        return {i: n for i, n in {"W1": quota.count, "W2": quota.count - 1}.items() if i in ids}

    monkeypatch.setattr(store, "used", used)
    monkeypatch.setattr(quota_watch, "_AT_ONCE", 2)
    await database.write(fill, audited=False)
    meter = Shown()
    await QuotaWatch(database, clock, meter, Installed(), ["weibo", "telegram"]).measure()
    assert meter.quota == {("weibo", "none"): 1, ("weibo", "low"): 1, ("weibo", "enough"): 3}
    assert asked == [2, 2, 1]


@pytest.mark.parametrize(
    ("settings", "quotas"),
    [
        ({"tier": "mass"}, (Quota(count=1, period="day"),)),
        (
            {"tier": "mass", "account_type": "service"},
            (Quota(count=4, period="month", per="user"), Quota(count=100, period="day")),
        ),
        ({"tier": "publish", "account_type": "service"}, (Quota(count=100, period="day"),)),
        ({}, (Quota(count=100, period="day"),)),
    ],
)
def test_a_wechat_account_has_the_quota_of_its_tier_and_type(
    settings: dict[str, str], quotas: tuple[Quota, ...]
) -> None:
    assert Installed().quotas("wechat", settings) == quotas
