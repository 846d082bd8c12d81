"""The gate lets no more calls through than it should, and leaves nobody standing outside."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from scheduler.gate import Gate


async def run_calls(gate: Gate, count: int, seed: int) -> int:
    """`count` workers as the dispatcher's: begin, maybe give up, call; the most at a time."""
    random = Random(seed)
    inside = most = 0

    async def call() -> None:
        nonlocal inside, most
        async with gate:
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(random.random() / 1000)
            inside -= 1

    async def worker() -> None:
        await gate.admit(ahead=random.random() < 0.5)
        await asyncio.sleep(0)
        if well := random.random() > 0.2:  # else what it was about to send had been cancelled
            await call()
        gate.leave(well=well)

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
    await asyncio.wait_for(gate.admit(ahead=False), 1)


async def admitted(gate: Gate, count: int, *, ahead: bool) -> int:
    """How many of `count` beginners are let in at once."""
    beginners = [asyncio.create_task(gate.admit(ahead=ahead)) for _ in range(count)]
    await asyncio.sleep(0)
    done = sum(beginner.done() for beginner in beginners)
    for beginner in beginners:
        beginner.cancel()
    return done


async def test_while_nothing_ends_only_as_many_again_are_written_ahead() -> None:
    assert await admitted(Gate(5), 100, ahead=True) == 10


async def test_what_only_a_person_can_settle_is_not_written_ahead() -> None:
    assert await admitted(Gate(5), 100, ahead=False) == 5


async def test_as_many_more_are_written_ahead_as_were_taken_just_now() -> None:
    gate = Gate(5)
    for n in range(60):
        await gate.admit(ahead=True)
        gate.leave(well=n % 2 == 0)
    assert await admitted(gate, 100, ahead=True) == 40


async def test_a_channel_that_writes_nothing_ahead_does_not_hold_up_one_that_does() -> None:
    gate = Gate(2)
    for _ in range(2):
        await gate.admit(ahead=True)
    careful = asyncio.create_task(gate.admit(ahead=False))
    await asyncio.sleep(0)
    await asyncio.wait_for(gate.admit(ahead=True), 1)
    gate.leave(well=True)
    gate.leave(well=True)
    await asyncio.wait_for(careful, 1)
