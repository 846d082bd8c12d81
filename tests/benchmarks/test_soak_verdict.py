"""What a soak says of its samples, when things happen on its day, and that its clock leaps."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.soak.day import FULL, QUICK, Kind, Shape, deeds
from benchmarks.soak.leaping import FollowingClock, Holder, LeapingClock, Page, govern
from benchmarks.soak.sampling import descriptors, sizes
from benchmarks.soak.verdict import (
    MIB,
    Sample,
    grown,
    largest_growth,
    left_over,
    slope,
    steady,
)

START = datetime(2026, 6, 15, 6, tzinfo=UTC)


def sample(hour: float, mib: float) -> Sample:
    return Sample(hour=hour, memory=round(mib * MIB), blocks=0, wal=0)


@given(
    rise=st.floats(-100, 100),
    level=st.floats(0, 1_000),
    xs=st.lists(st.integers(0, 100), min_size=2, unique=True),
)
def test_the_slope_of_a_straight_line_is_its_rise(rise: float, level: float, xs: list[int]) -> None:
    found = slope([(float(x), level + rise * x) for x in xs])
    assert found == pytest.approx(rise, abs=1e-6)


def test_few_samples_have_no_slope() -> None:
    assert slope([]) == slope([(1.0, 5.0)]) == slope([(1.0, 5.0), (1.0, 9.0)]) == 0.0


def test_what_warms_up_is_no_growth() -> None:
    samples = [sample(hour, 100 + min(hour, 4) * 50) for hour in range(25)]
    assert grown(samples, 4, 24) == pytest.approx(0.0, abs=1e-3)


def test_a_leak_is_told_per_day() -> None:
    samples = [sample(hour / 2, 300 + hour / 2) for hour in range(49)]
    assert grown(samples, 4, 24) == pytest.approx(24.0, abs=1e-3)


def test_what_there_is_less_of_hides_nothing_that_leaks() -> None:
    before, after = {"sockets": 9, "files": 4}, {"sockets": 3, "files": 6, "pipes": 1}
    assert left_over(before, after) == {"files": 2, "pipes": 1}
    assert largest_growth(before, after, 1) == {"files": 2}


def test_what_is_there_at_one_look_only_is_not_left_over() -> None:
    looks = [
        Sample(hour=4, memory=1, blocks=1, wal=0, tasks=tasks)
        for tasks in ({"clock": 1, "job": 2}, {"clock": 1}, {"clock": 1, "job": 1, "look": 1})
    ]
    assert steady(looks).tasks == {"clock": 1, "job": 0, "look": 0}


@pytest.mark.parametrize("shape", [FULL, QUICK], ids=["full", "quick"])
@pytest.mark.parametrize("scaled", [False, True])
def test_a_day_rests_when_nobody_has_done_anything_for_a_while(shape: Shape, scaled: bool) -> None:
    found = deeds(shape, scaled=scaled)
    assert found == sorted(found, key=lambda deed: deed.after)
    rests = [deed.after for deed in found if deed.kind is Kind.REST]
    assert rests == [timedelta(hours=shape.warm), shape.end]
    for rest in rests:
        before = [d for d in found if rest - timedelta(hours=shape.still * 0.9) <= d.after < rest]
        assert {deed.kind for deed in before} <= {Kind.SAMPLE}, before
    kinds = {deed.kind for deed in found}
    assert ({Kind.REDIS_AWAY, Kind.REDIS_BACK, Kind.WORKER, Kind.DRAIN} <= kinds) is scaled
    written = sum(deed.count for deed in found if deed.kind is Kind.CITIZENS)
    assert shape.citizens - 1 <= written <= shape.citizens


def test_a_day_publishes_more_than_a_platform_takes_before_midnight() -> None:
    found = deeds(FULL, scaled=False)
    here = sum(deed.count for deed in found if deed.kind in (Kind.PUBLISH, Kind.BURST))
    assert here > 40  # posts that an ordinary account of a microblog may make in a day


async def test_the_clock_leaps_while_nothing_is_done_and_stands_while_somebody_works(
    tmp_path: Path,
) -> None:
    page = Page(tmp_path / "clock", START)
    clock, follower = LeapingClock(page), FollowingClock(Page(tmp_path / "clock"))
    leaping = asyncio.create_task(govern(clock, lambda: False, lambda: False, 60.0))
    async with asyncio.timeout(60):
        await asyncio.gather(clock.sleep(3_600), follower.sleep(7_200))
    assert follower.now() - START >= timedelta(hours=2)
    follower.page.hold(Holder.WORLD, True)
    await asyncio.sleep(0.05)
    assert page.held
    reached = page.leapt
    for _ in range(50):
        await asyncio.sleep(0)
    assert page.leapt == reached
    leaping.cancel()
    await asyncio.gather(leaping, return_exceptions=True)


async def test_time_stands_while_jobs_run_and_goes_on_where_it_stood(tmp_path: Path) -> None:
    page = Page(tmp_path / "clock", START)
    page.leap(100.0)
    page.stand()
    stood = page.elapsed()
    await asyncio.sleep(0.02)
    assert page.elapsed() == stood
    page.go_on()
    assert stood <= page.elapsed() < stood + 60


async def test_connections_are_counted_by_who_opened_them_and_where_they_lead() -> None:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        arrived.set()

    writers: list[asyncio.StreamWriter] = []
    arrived = asyncio.Event()
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        before = descriptors()
        host, port = server.sockets[0].getsockname()
        _, ours = await asyncio.open_connection(host, port)
        async with asyncio.timeout(60):
            await arrived.wait()
        after = descriptors()
        for writer in (ours, *writers):
            writer.close()
            await writer.wait_closed()
    assert after - before == {"incoming": 1, f"sockets to {port}": 1}


def test_containers_are_found_wherever_the_parts_of_the_hub_hold_them() -> None:
    from_here = sizes(_OURS)
    assert from_here["Breaker._kept"] == 3


class _Breaker:
    def __init__(self) -> None:
        self._kept = {1: "a", 2: "b", 3: "c"}


_Breaker.__module__, _Breaker.__name__ = "scheduler.breaker", "Breaker"
_OURS = _Breaker()
