"""Where routine deliveries wait for a worker, and workers for a delivery."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from scheduler.job import Prepared
from scheduler.lanes import Lane
from tests.scheduler.making import prepared


async def taking(lane: Lane, taken: list[str], name: str = "") -> None:
    """A worker that takes what comes, and is busy with it for a moment."""
    while True:
        taken.append(name + (await lane.next()).delivery.id)
        await asyncio.sleep(0)


async def settled() -> None:
    """Everybody has done what there was to do."""
    for _ in range(4):
        await asyncio.sleep(0)


def delivery(n: int) -> Prepared:
    return prepared(f"d{n}")


async def begun(lane: Lane, taken: list[str], names: str) -> list[asyncio.Task[None]]:
    """A worker of each name, which wait in this order."""
    workers = []
    for name in names:
        workers.append(asyncio.create_task(taking(lane, taken, name)))
        await asyncio.sleep(0)
    return workers


async def ended(workers: list[asyncio.Task[None]]) -> None:
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)


async def test_the_lane_keeps_the_order_of_the_claims() -> None:
    lane = Lane()
    for n in range(3):
        lane.put(prepared(f"routine-{n}"))
    assert [(await lane.next()).delivery.id for _ in range(3)] == [
        "routine-0",
        "routine-1",
        "routine-2",
    ]


async def test_what_is_taken_out_of_the_lane_goes_to_no_worker() -> None:
    lane = Lane()
    for name in "abc":
        lane.put(prepared(name))
    assert [one.delivery.id for one in lane.take_out(["b", "unknown"])] == ["b"]
    assert [(await lane.next()).delivery.id for _ in range(2)] == ["a", "c"]


async def test_emptying_the_lane_gives_each_delivery_once() -> None:
    lane = Lane()
    for name in "ab":
        lane.put(prepared(name))
    assert sorted(p.delivery.id for p in lane.empty()) == ["a", "b"]
    assert lane.empty() == []


async def test_a_quiet_lane_goes_to_the_same_few_workers() -> None:
    lane, taken = Lane(), list[str]()
    workers = await begun(lane, taken, "abc")
    for n in range(3):
        lane.put(delivery(n))
        await settled()
    assert taken == ["cd0", "cd1", "cd2"]
    for n in range(3, 6):
        lane.put(delivery(n))
    await asyncio.sleep(0)
    assert sorted(taken[3:]) == ["ad5", "bd4", "cd3"]
    await ended(workers)


async def test_what_a_cancelled_worker_was_woken_for_goes_to_another() -> None:
    lane, taken = Lane(), list[str]()
    workers = await begun(lane, taken, "ab")
    lane.put(delivery(1))
    workers[1].cancel()  # before it runs
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert taken == ["ad1"]
    await ended(workers)


async def test_who_was_cancelled_while_waiting_is_woken_for_nothing() -> None:
    lane, taken = Lane(), list[str]()
    workers = await begun(lane, taken, "ab")
    workers[1].cancel()
    await asyncio.sleep(0)
    lane.put(delivery(1))
    await asyncio.sleep(0)
    assert taken == ["ad1"]
    await ended(workers)


@given(st.lists(st.sampled_from(["put", "out", "run", "end", "begin"]), max_size=40))
def test_every_delivery_is_taken_once_in_its_order_or_taken_out(steps: list[str]) -> None:
    async def play() -> None:
        lane, taken, out = Lane(), list[str](), list[str]()
        workers = await begun(lane, taken, "a")
        put = 0
        for step in steps:
            match step:
                case "put":
                    lane.put(delivery(put))
                    put += 1
                case "out" if put:
                    out += [one.delivery.id for one in lane.take_out([f"d{put - 1}"])]
                case "begin":
                    workers += await begun(lane, taken, "b")
                case "end" if len(workers) > 1:
                    workers.pop().cancel()
                case _:
                    await asyncio.sleep(0)
        for _ in range(put + 1):  # one may have to do it all
            await settled()
        seen = [one[1:] for one in taken]
        assert sorted(seen + out) == sorted(f"d{n}" for n in range(put))
        assert seen == sorted(seen, key=lambda one: int(one[1:]))
        await ended(workers)

    asyncio.run(play())
