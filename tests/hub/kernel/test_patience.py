"""Many wait equally long: one timer strikes for whoever is not done."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from hub.kernel.patience import Patience

SHORT, LONG = 0.02, 60.0


async def test_whoever_is_not_done_is_struck_in_the_order_in_which_they_began() -> None:
    patience, struck = Patience(SHORT), asyncio.Queue[int]()
    for number in range(3):
        patience.watch(partial(struck.put_nowait, number))
    assert [await struck.get() for _ in range(3)] == [0, 1, 2]


async def test_nobody_is_struck_before_the_time_is_over() -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    begun = loop.time()
    Patience(SHORT).watch(over.set)
    await over.wait()
    assert loop.time() - begun >= SHORT


async def test_whoever_is_done_is_not_struck() -> None:
    patience, struck, last = Patience(SHORT), [], asyncio.Event()
    patience.watch(lambda: struck.append("done")).end()
    patience.watch(last.set)
    await last.wait()
    assert struck == []


async def test_who_comes_after_all_others_were_struck_is_struck_too() -> None:
    patience = Patience(SHORT)
    for _ in range(2):
        over = asyncio.Event()
        patience.watch(over.set)
        await over.wait()


async def test_thousands_of_waits_take_one_timer_of_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop, timers = asyncio.get_running_loop(), []
    monkeypatch.setattr(loop, "call_at", lambda *timer: timers.append(timer))
    patience = Patience(LONG)
    for _ in range(1000):
        patience.watch(lambda: None).end()
    assert len(timers) == 1


async def test_a_block_that_takes_longer_times_out() -> None:
    patience = Patience(SHORT)
    with pytest.raises(TimeoutError), patience.limit():
        await asyncio.Event().wait()
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()


async def test_a_block_in_time_is_left_alone_afterwards() -> None:
    patience, later = Patience(SHORT), asyncio.Event()
    with patience.limit():
        await asyncio.sleep(0)
    patience.watch(later.set)
    await later.wait()  # the limit's time has passed, and nobody was cancelled


async def test_a_cancellation_from_elsewhere_stays_one() -> None:
    inside = asyncio.Event()

    async def limited() -> None:
        with Patience(LONG).limit():
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(limited())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_fails_inside_is_raised_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError), Patience(LONG).limit():
        raise ZeroDivisionError
