"""The gate lets no more calls through than it should, and leaves nobody standing outside."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from hub.publishing.errors import SteppedBack
from scheduler.gate import Gate


async def run_calls(gate: Gate, count: int, seed: int) -> int:
    """`count` workers as the dispatcher's: begin, maybe give up, call; the most at a time."""
    random = Random(seed)
    inside = most = 0

    async def call(name: str) -> None:
        nonlocal inside, most
        await gate.enter(name)
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(random.random() / 1000)
        inside -= 1
        gate.exit()

    async def worker(name: str) -> None:
        await gate.admit(name, ahead=random.random() < 0.5)
        await asyncio.sleep(0)
        if well := random.random() > 0.2:  # else what it was about to send had been cancelled
            await call(name)
        gate.leave(name, well=well)

    await asyncio.wait_for(asyncio.gather(*(worker(str(n)) for n in range(count))), 60)
    return most


@pytest.mark.parametrize("seed", range(5))
async def test_every_worker_gets_through_and_never_too_many_at_a_time(seed: int) -> None:
    assert await run_calls(Gate(7), 300, seed) == 7


async def test_a_cancelled_waiter_gives_its_turn_to_the_next() -> None:
    gate = Gate(1)
    await gate.enter("running")
    first, second = (asyncio.create_task(gate.enter(name)) for name in "ab")
    await asyncio.sleep(0)
    gate.exit()
    first.cancel()
    await asyncio.wait_for(second, 60)
    assert first.cancelled()


async def admitted(gate: Gate, count: int, *, ahead: bool) -> int:
    """How many of `count` beginners are let in at once."""
    beginners = [asyncio.create_task(gate.admit(f"b{n}", ahead=ahead)) for n in range(count)]
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
        await gate.admit(str(n), ahead=True)
        gate.leave(str(n), well=n % 2 == 0)
    assert await admitted(gate, 100, ahead=True) == 40


async def test_a_channel_that_writes_nothing_ahead_does_not_hold_up_one_that_does() -> None:
    gate = Gate(2)
    for name in "ab":
        await gate.admit(name, ahead=True)
    careful = asyncio.create_task(gate.admit("c", ahead=False))
    await asyncio.sleep(0)
    await asyncio.wait_for(gate.admit("d", ahead=True), 60)
    gate.leave("a", well=True)
    gate.leave("b", well=True)
    await asyncio.wait_for(careful, 60)


async def test_nobody_enters_while_an_emergency_waits_for_its_call() -> None:
    gate = Gate(2)
    gate.hold("flood")
    gate.hold("storm")
    waiting = asyncio.create_task(gate.enter("routine"))
    gate.open("flood")
    await asyncio.sleep(0)
    assert not waiting.done()
    gate.open("storm")
    await asyncio.wait_for(waiting, 60)


async def test_who_is_asked_back_ends_wherever_it_waits() -> None:
    gate = Gate(1)
    await gate.admit("written", ahead=True)
    await gate.enter("written")
    await gate.admit("waits-to-enter", ahead=True)
    entering = asyncio.create_task(gate.enter("waits-to-enter"))
    beginning = asyncio.create_task(gate.admit("waits-to-begin", ahead=False))
    await asyncio.sleep(0)
    assert gate.step_back(["waits-to-enter", "waits-to-begin", "elsewhere"]) == {"waits-to-begin"}
    for waiting in (entering, beginning):
        with pytest.raises(SteppedBack):
            await asyncio.wait_for(waiting, 60)


async def test_who_is_being_written_when_asked_back_does_not_enter() -> None:
    gate = Gate(1)
    await gate.admit("a", ahead=True)
    assert gate.step_back(["a"]) == set()
    with pytest.raises(SteppedBack):
        await gate.enter("a")
    gate.leave("a", well=False)
    await gate.admit("a", ahead=True)  # a later attempt is not asked back
    await asyncio.wait_for(gate.enter("a"), 60)
