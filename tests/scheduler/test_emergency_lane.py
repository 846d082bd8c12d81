"""An emergency overtakes routine work: in the queue, in the workers and in the rates."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from hub.kernel.clock import ManualClock
from hub.kernel.errors import Words
from hub.publishing.models import (
    Declaration,
    LengthUnit,
    MediaRule,
    Priority,
    Rate,
    Reconciling,
    Repeat,
)
from hub.publishing.ports import Access
from scheduler.lanes import Lanes
from scheduler.limits import Limiter
from tests.scheduler.making import prepared

ACCESS = Access(account_id="a", handle="a", base_url="https://api.example.cn")


def declaring(*rates: Rate) -> Declaration:
    return Declaration(
        name="c",
        title=Words("渠", "c"),
        markup="text",
        unit=LengthUnit.CHARACTERS,
        text_limit=100,
        media=MediaRule(types=frozenset(), max_bytes=0, max_count=0),
        repeat=Repeat.HARMLESS,
        reconciling=(Reconciling.REPEAT,),
        capabilities=frozenset(),
        source="test",
        rates=rates,
    )


async def test_a_routine_worker_takes_the_emergency_that_came_last() -> None:
    lanes = Lanes()
    for n in range(2000):
        lanes.put(prepared(f"routine-{n}", Priority.ROUTINE))
    lanes.put(prepared("flood", Priority.EMERGENCY))
    assert (await lanes.next()).delivery.id == "flood"
    assert (await lanes.next()).delivery.id == "routine-0"


async def test_a_reserved_worker_never_takes_routine_work() -> None:
    lanes = Lanes()
    waiting = asyncio.create_task(lanes.next_urgent())
    lanes.put(prepared("routine", Priority.ROUTINE))
    await asyncio.sleep(0)
    assert not waiting.done()
    lanes.put(prepared("flood", Priority.EMERGENCY))
    assert (await waiting).delivery.id == "flood"


async def test_an_idle_routine_worker_is_woken_by_an_emergency() -> None:
    lanes = Lanes()
    waiting = asyncio.create_task(lanes.next())
    await asyncio.sleep(0)
    lanes.put(prepared("flood", Priority.EMERGENCY))
    assert (await asyncio.wait_for(waiting, 1)).delivery.id == "flood"


async def test_emptying_the_lanes_gives_each_delivery_once() -> None:
    lanes = Lanes()
    lanes.put(prepared("flood", Priority.EMERGENCY))
    lanes.put(prepared("routine", Priority.ROUTINE))
    assert sorted(p.delivery.id for p in lanes.empty()) == ["flood", "routine"]
    assert lanes.empty() == []


async def test_a_tenth_of_every_rate_is_kept_for_emergencies() -> None:
    limiter = Limiter(ManualClock(datetime.now(UTC)))
    declaration = declaring(Rate(count=20, per=timedelta(minutes=1)))
    routine = [await limiter.delay(declaration, ACCESS) for _ in range(20)]
    assert sum(wait == 0 for wait in routine) == 18
    urgent = [await limiter.delay(declaration, ACCESS, urgent=True) for _ in range(3)]
    assert [wait == 0 for wait in urgent] == [True, True, False]


async def test_waiting_for_one_rate_takes_no_permit_of_another() -> None:
    limiter = Limiter(ManualClock(datetime.now(UTC)))
    once = Rate(count=1, per=timedelta(hours=1), scope="chat")
    often = Rate(count=2, per=timedelta(hours=1), scope="app")
    both, alone = declaring(often, once), declaring(often)
    assert await limiter.delay(both, ACCESS) == 0
    assert await limiter.delay(both, ACCESS) > 0
    assert await limiter.delay(alone, ACCESS, urgent=True) == 0
