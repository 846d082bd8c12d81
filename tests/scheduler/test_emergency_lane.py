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
from hub.publishing.ports import Accepted, Access, Job
from scheduler.limits import Limiter
from tests.scheduler.stage import Stage, resting, running
from tests.waiting import until

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


async def hanging(stage: Stage, gate: asyncio.Event) -> None:
    """Routine posts wait for `gate`; emergencies are taken at once."""

    async def answer(job: Job) -> Accepted | None:
        if job.part.text != "急":
            await gate.wait()
        return None

    stage.platform.always = answer


async def _posted(stage: Stage, text: str) -> int:
    return sum(posted == text for _, _, posted in stage.platform.posts)


async def test_what_was_not_called_steps_back_for_an_emergency_of_its_account(stage: Stage) -> None:
    gate = asyncio.Event()
    await hanging(stage, gate)
    await stage.plan(await stage.approved("常", accounts=40))
    async with running(stage.dispatcher(connections=4)) as dispatcher:
        dispatcher.wake()
        await until(lambda: _calls(stage, 4))
        await stage.plan(await stage.approved("急", 0), priority=Priority.EMERGENCY)
        dispatcher.wake()
        await until(lambda: _reached(stage, 36))  # all but the four whose call is under way
        assert await _posted(stage, "常") == 0
        gate.set()
        await until(lambda: _reached(stage, 40))
        dispatcher.wake()
        await resting(stage)
    assert await _posted(stage, "常") == 40
    found = await stage.deliveries()
    assert sum(d.tries for d in found) == 0  # stepping back uses up no try
    assert len(stage.platform.calls) == 80  # and costs no call


async def _calls(stage: Stage, count: int) -> bool:
    return len(stage.platform.calls) >= count


async def _reached(stage: Stage, count: int) -> bool:
    return await _posted(stage, "急") >= count


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
