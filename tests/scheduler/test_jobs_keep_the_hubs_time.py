"""Recurring jobs, windows of rates and short waits pass by the hub's clock, not the machine's."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.clock import ManualClock
from scheduler.clock import Jobs
from scheduler.timekeeping import ClockScheduler
from scheduler.windows import WindowsInMemory
from tests.waiting import until

START = datetime(2026, 6, 15, 23, 59, tzinfo=UTC)
HOUR = 3_600.0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


async def test_a_job_runs_when_its_interval_has_passed_on_the_clock(clock: ManualClock) -> None:
    ran: list[datetime] = []

    async def job() -> None:
        ran.append(clock.now())

    jobs = Jobs(clock)
    jobs.every("hourly", timedelta(hours=1), job)
    jobs.start()
    for hour in range(1, 4):
        await _asleep(clock)
        clock.advance(HOUR)
        await until(lambda hour=hour: _reached(ran, hour))
    await jobs.stop()
    assert ran == [START + timedelta(hours=n) for n in (1, 2, 3)]


async def test_what_was_missed_while_the_clock_leapt_is_done_once(clock: ManualClock) -> None:
    ran: list[datetime] = []

    async def job() -> None:
        ran.append(clock.now())

    jobs = Jobs(clock)
    jobs.every("minutely", timedelta(minutes=1), job)
    jobs.start()
    await _asleep(clock)
    clock.advance(HOUR)
    await until(lambda: _reached(ran, 1))
    await _asleep(clock)
    clock.advance(60.0)
    await until(lambda: _reached(ran, 2))
    await jobs.stop()
    assert len(ran) == 2


async def test_a_machine_that_is_years_away_from_the_clock_changes_nothing() -> None:
    past = ManualClock(datetime(1999, 1, 1, tzinfo=UTC))
    jobs = Jobs(past)
    done = asyncio.Event()

    async def job() -> None:
        done.set()

    jobs.every("daily", timedelta(days=1), job)
    jobs.start()
    await _asleep(past)
    assert not done.is_set()
    past.advance(24 * HOUR)
    async with asyncio.timeout(60):
        await done.wait()
    await jobs.stop()


@given(
    interval=st.integers(1, 10_000),
    late=st.floats(0, 1_000_000, allow_nan=False),
)
def test_the_next_time_keeps_the_rhythm_and_is_at_most_one_interval_ahead(
    interval: int, late: float
) -> None:
    trigger = ClockScheduler(ManualClock(START)).every(timedelta(seconds=interval))
    now = START + timedelta(seconds=late)
    following = trigger.get_next_fire_time(START, now)
    passed = (following - START).total_seconds()
    assert passed % interval == 0
    assert following > START
    assert (
        now - timedelta(seconds=interval)
        < following
        <= max(now, START + timedelta(seconds=interval))
    )


async def test_a_window_passes_when_the_clock_says_so(clock: ManualClock) -> None:
    windows = WindowsInMemory(clock)
    assert await windows.acquire_entry("key", 2, 3_600, 2)
    assert not await windows.acquire_entry("key", 2, 3_600)
    began, count = await windows.get_moving_window("key", 2, 3_600)
    assert (began, count) == (START.timestamp(), 2)
    clock.advance(HOUR + 1)
    assert await windows.get_moving_window("key", 2, 3_600) == (clock.now().timestamp(), 0)
    assert await windows.acquire_entry("key", 2, 3_600)


async def test_windows_of_chats_that_are_written_to_once_are_forgotten(clock: ManualClock) -> None:
    windows = WindowsInMemory(clock)
    for number in range(500):
        assert await windows.acquire_entry(f"chat-{number}", 1, 60)
        clock.advance(1.0)
    assert len(windows) <= 2 * 60 + 1


async def _reached(ran: list[datetime], count: int) -> bool:
    return len(ran) >= count


async def _asleep(clock: ManualClock) -> None:
    """Until the scheduler waits for its next job by the clock."""

    async def waits() -> bool:
        return any(not woken.done() for _, woken in clock._sleepers)

    await until(waits)
