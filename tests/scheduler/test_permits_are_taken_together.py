"""Whoever asks for permits at the moment shares the calls, and no rate is passed."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import RateLimitItem, RateLimitItemPerSecond

from hub.publishing.scopes import kept_for_emergencies
from scheduler.permits import MOMENT, Permits, Window

_BACK_S = 9.0


class Windows:
    """What the processes share: of each window so many are left, and come back in nine seconds."""

    def __init__(self, *, quicker: int = 0) -> None:
        self.taken: Counter[Window] = Counter()
        self.calls = 0
        self._quicker = quicker  # that many hits are anticipated by another process
        self.error: OSError | None = None

    async def state(self, window: Window) -> tuple[float, int]:
        await self._called()
        return _BACK_S, window[0].amount - self.taken[window]

    async def hit(self, window: Window, count: int) -> bool:
        await self._called()
        if self._quicker:
            self._quicker -= 1
            return False
        if self.taken[window] + count > window[0].amount:
            return False
        self.taken[window] += count
        return True

    async def _called(self) -> None:
        self.calls += 1
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error

    def permits(self) -> Permits:
        return Permits(self.state, self.hit)


def rate(count: int) -> RateLimitItem:
    return RateLimitItemPerSecond(count, 60)


async def test_hundreds_who_ask_at_once_cost_a_few_calls() -> None:
    shared = Windows()
    permits, app = shared.permits(), (rate(10_000), "app")
    waits = await asyncio.gather(*(permits.take([app], urgent=False) for _ in range(1_000)))
    assert set(waits) == {0.0}
    assert shared.taken[app] == 1_000
    assert shared.calls <= 10


async def test_what_is_left_goes_to_emergencies_first() -> None:
    shared, app = Windows(), (rate(10), "app")
    permits = shared.permits()
    asked = [permits.take([app], urgent=n >= 10) for n in range(14)]
    waits = await asyncio.gather(*asked)
    assert waits[10:] == [0.0] * 4
    kept = kept_for_emergencies(10)
    assert waits[:10].count(0.0) == 10 - 4 - kept
    assert set(waits[:10]) == {0.0, _BACK_S}


async def test_whoever_another_process_anticipates_asks_again_in_a_moment() -> None:
    shared, app = Windows(quicker=1), (rate(10), "app")
    permits = shared.permits()
    assert await permits.take([app], urgent=True) == MOMENT
    assert await permits.take([app], urgent=True) == 0.0


async def test_who_needs_no_full_window_does_not_wait_for_it() -> None:
    shared, app = Windows(), (rate(10), "app")
    full, free = (rate(1), "one"), (rate(1), "two")
    shared.taken[full] = 1
    permits = shared.permits()
    waits = await asyncio.gather(
        permits.take([app, full], urgent=True), permits.take([app, free], urgent=True)
    )
    assert waits == [_BACK_S, 0.0]
    assert shared.taken[app] == 1


async def test_when_nobody_answers_all_who_asked_are_told_and_the_next_asks_anew() -> None:
    shared, app = Windows(), (rate(10_000), "app")
    permits, shared.error = shared.permits(), OSError("away")
    asked = [permits.take([app], urgent=False) for _ in range(600)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(answer, OSError) for answer in answers)
    shared.error = None
    assert await permits.take([app], urgent=False) == 0.0


async def test_one_who_goes_away_takes_nobody_along() -> None:
    shared, app = Windows(), (rate(10), "app")
    permits = shared.permits()
    going = asyncio.create_task(permits.take([app], urgent=True))
    staying = asyncio.create_task(permits.take([app], urgent=True))
    await asyncio.sleep(0)
    going.cancel()
    assert await staying == 0.0
    with pytest.raises(asyncio.CancelledError):
        await going


@given(
    app_rate=st.integers(1, 30),
    account_rate=st.integers(1, 4),
    askers=st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=60),
)
def test_no_window_ever_gives_more_than_its_rate(
    app_rate: int, account_rate: int, askers: list[tuple[int, bool]]
) -> None:
    async def ask() -> None:
        shared, app = Windows(), (rate(app_rate), "app")
        permits = shared.permits()
        waits = await asyncio.gather(
            *(permits.take([app, (rate(account_rate), f"a{n}")], urgent=u) for n, u in askers)
        )
        assert waits.count(0.0) == shared.taken[app] <= app_rate
        assert all(taken <= window[0].amount for window, taken in shared.taken.items())

    asyncio.run(ask())
