"""The gate lets no more calls through than it should, and leaves nobody standing outside."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from scheduler.gate import Gate


async def run_calls(gate: Gate, count: int, seed: int) -> int:
    """`count` workers as the dispatcher's: look, maybe give up, call; the most at a time."""
    random = Random(seed)
    inside = most = 0

    async def worker() -> None:
        nonlocal inside, most
        await gate.passable()
        if random.random() < 0.2:
            return  # what it was about to send had been cancelled
        await asyncio.sleep(0)
        async with gate:
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(random.random() / 1000)
            inside -= 1

    await asyncio.wait_for(asyncio.gather(*(worker() for _ in range(count))), 20)
    return most


@pytest.mark.parametrize("seed", range(5))
async def test_every_worker_gets_through_and_never_too_many_at_a_time(seed: int) -> None:
    assert await run_calls(Gate(7), 300, seed) == 7


async def test_a_cancelled_waiter_gives_its_turn_to_the_next() -> None:
    gate = Gate(1)
    entered = asyncio.Event()

    async def enter() -> None:
        async with gate:
            entered.set()

    async with gate:
        first, second = asyncio.create_task(enter()), asyncio.create_task(enter())
        await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait_for(entered.wait(), 1)
    await second
    assert first.cancelled()


async def test_a_call_that_fails_leaves_its_place() -> None:
    gate = Gate(1)
    for _ in range(3):
        with pytest.raises(OSError, match="reset"):
            async with gate:
                raise OSError("reset")
    await asyncio.wait_for(gate.passable(), 1)
