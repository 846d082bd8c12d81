from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.clock import ManualClock, SystemClock, check_zones, instant_of_wall_time
from hub.kernel.errors import InvalidInput


def test_a_wall_time_in_shanghai_is_eight_hours_ahead_of_utc() -> None:
    instant = instant_of_wall_time(datetime(2026, 3, 2, 9, 0), "Asia/Shanghai")
    assert instant == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "wall",
    [datetime(2026, 3, 29, 2, 30), datetime(2026, 10, 25, 2, 30)],
    ids=["skipped", "doubled"],
)
def test_a_wall_time_that_means_no_or_two_moments_is_refused(wall: datetime) -> None:
    with pytest.raises(InvalidInput) as refused:
        instant_of_wall_time(wall, "Europe/Berlin")
    assert refused.value.field == "at"


@pytest.mark.parametrize("zone", ["Beijing", "", "../etc/passwd", "Asia"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        instant_of_wall_time(datetime(2026, 3, 2, 9, 0), zone)
    assert refused.value.field == "zone"


def test_an_aware_wall_time_is_refused() -> None:
    with pytest.raises(InvalidInput):
        instant_of_wall_time(datetime(2026, 3, 2, tzinfo=UTC), "UTC")


@given(st.datetimes(datetime(1992, 1, 1), datetime(2099, 1, 1)))
def test_every_wall_time_in_shanghai_since_1992_comes_back(wall: datetime) -> None:
    instant = instant_of_wall_time(wall, "Asia/Shanghai")
    assert instant.replace(tzinfo=None) + timedelta(hours=8) == wall


def test_this_machine_knows_its_zones() -> None:
    check_zones()
    assert SystemClock().now().utcoffset() == timedelta(0)


async def test_sleepers_wake_in_order_of_their_time_not_of_their_call(clock: ManualClock) -> None:
    woken: list[str] = []

    async def sleep(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(name)

    sleepers = [asyncio.create_task(sleep("late", 20)), asyncio.create_task(sleep("early", 10))]
    await asyncio.sleep(0)
    clock.advance(30)
    await asyncio.gather(*sleepers)
    assert woken == ["early", "late"]


async def test_a_sleeper_sleeps_until_its_time(clock: ManualClock) -> None:
    sleeper = asyncio.create_task(clock.sleep(10))
    await asyncio.sleep(0)
    clock.advance(9.5)
    await asyncio.sleep(0)
    assert not sleeper.done()
    clock.advance(0.5)
    await sleeper
    assert clock.monotonic() == 10
