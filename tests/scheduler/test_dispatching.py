"""The dispatcher on a scripted platform: what is sent, when, how often, and what never is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.catalogue.rules import draft_of
from hub.kernel.database import Transaction
from hub.kernel.errors import Unavailable, Words
from hub.publishing.models import DeliveryState, Rate
from hub.publishing.ports import Accepted, Job
from hub.publishing.rules import delivery_key
from hub.publishing.tables import editions
from scheduler.job import LeasedJob
from scheduler.limits import Limiter
from tests.scheduler.stage import Stage, resting, run_once, running
from tests.waiting import until

S = DeliveryState
SAID = Words("出错", "it failed")
HOUR = timedelta(hours=1)


async def test_what_is_due_is_sent_once_and_leaves_a_receipt(stage: Stage) -> None:
    await stage.plan(await stage.approved(accounts=3))
    await run_once(stage)
    assert len(stage.platform.posts) == len(stage.platform.calls) == 3
    keys = {key for _, key, _ in stage.platform.posts}
    assert keys == {delivery_key(d.id) for d in await stage.deliveries()}
    for delivery in await stage.deliveries():
        [attempt] = await stage.attempts(delivery.id)
        assert attempt.outcome == "accepted"
        assert delivery.remote_id.startswith("r-")


async def test_what_is_not_due_is_not_sent(stage: Stage) -> None:
    await stage.plan(await stage.approved(), stage.clock.now() + HOUR)
    async with running(stage.dispatcher()) as dispatcher:
        dispatcher.wake()
        await asyncio.sleep(0.1)
        assert stage.platform.calls == []
        stage.clock.advance(3600)  # type: ignore[attr-defined]
        dispatcher.wake()
        await resting(stage)
    assert len(stage.platform.posts) == 1


async def test_the_attempt_is_durable_before_the_platform_is_called(stage: Stage) -> None:
    seen = []

    async def look(job: Job) -> Accepted | None:
        delivery = await stage.delivery(job.delivery_id)
        seen.append((delivery.state, [a.outcome for a in await stage.attempts(delivery.id)]))
        return None

    stage.platform.always = look
    await stage.plan(await stage.approved(accounts=3))
    await run_once(stage)
    assert seen == [(S.SENDING, [""])] * 3


class Away:
    """A database that is away for its first writes, each a second long."""

    def __init__(self, stage: Stage, times: int) -> None:
        self.stage, self.times = stage, times

    async def write(self, work: Callable[[Transaction], object]) -> object:
        if self.times == 0:
            return await self.stage.database.write(work)
        self.times -= 1
        later = asyncio.get_running_loop().call_soon
        later(self.stage.clock.advance, 1)  # type: ignore[attr-defined]
        raise Unavailable(SAID)


async def test_between_two_steps_a_database_is_waited_for_a_part_of_the_lease(stage: Stage) -> None:
    async def in_steps(job: LeasedJob) -> Accepted | None:
        job.database = Away(stage, 60)  # type: ignore[assignment]
        with pytest.raises(Unavailable):
            await job.checkpoint({"media": "m-1"})
        job.database = Away(stage, 3)  # type: ignore[assignment]
        await job.checkpoint({"media": "m-1"})
        return None

    stage.platform.always = in_steps  # type: ignore[assignment]
    await stage.plan(await stage.approved())
    await run_once(stage)
    assert (await stage.delivery()).progress == {"media": "m-1"}


async def test_a_stop_does_not_wait_for_the_clock_of_a_limit(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def a_second(*_: object, **__: object) -> float:
        return 1.0

    monkeypatch.setattr(Limiter, "delay", a_second)
    rates = (Rate(count=1, per=timedelta(seconds=1)),)
    stage.platform.declaration = replace(stage.platform.declaration, rates=rates)
    await stage.plan(await stage.approved())
    dispatcher = stage.dispatcher()
    loop = asyncio.create_task(dispatcher.run())

    async def waits() -> bool:
        return bool(dispatcher._sleeping)

    await until(waits)
    await dispatcher.stop()
    await asyncio.wait_for(loop, 60)  # the clock stands still
    assert ((await stage.delivery()).state, stage.platform.posts) == (S.READY, [])


async def test_bytes_that_changed_after_signing_are_never_sent(stage: Stage) -> None:
    await stage.plan(await stage.approved(), stage.clock.now() + HOUR)
    change = update(editions).values(payload=editions.c.payload.op("||")(" "))
    await stage.do(lambda tx: tx.execute(change))
    stage.clock.advance(3600)  # type: ignore[attr-defined]
    await run_once(stage)
    found = await stage.delivery()
    assert (found.state, found.error_code) == (S.FAILED, "unsigned-edition")
    assert (found.next_at, found.lease_owner) == (None, "")
    assert stage.platform.calls == []
    assert await stage.attempts(found.id) == []


async def test_bytes_and_hash_changed_together_are_never_sent(stage: Stage) -> None:
    await stage.plan(await stage.approved())
    change = update(editions).values(payload="[]", payload_hash="0" * 64)
    await stage.do(lambda tx: tx.execute(change))
    await run_once(stage)
    assert (await stage.delivery()).error_code == "unsigned-edition"
    assert stage.platform.calls == []


async def test_an_edit_between_plan_and_due_time_voids_the_plan(stage: Stage) -> None:
    item = await stage.approved()
    await stage.plan(item, stage.clock.now() + HOUR)
    await stage.catalogue.edit(item.id, replace(draft_of(item), body="改过"), actor="clerk")
    stage.clock.advance(3600)  # type: ignore[attr-defined]
    await run_once(stage)
    assert (await stage.delivery()).error_code == "unsigned-edition"
    assert stage.platform.calls == []


async def test_another_approval_meanwhile_voids_nothing(stage: Stage) -> None:
    item = await stage.approved()
    await stage.plan(item, stage.clock.now() + HOUR)
    await stage.accounts(1, tone="！")
    await stage.sign(await stage.submit(item))
    stage.clock.advance(3600)  # type: ignore[attr-defined]
    await run_once(stage)
    assert await stage.states() == ["accepted"]


async def test_what_is_too_late_is_not_sent(stage: Stage) -> None:
    soon = stage.clock.now() + timedelta(minutes=1)
    await stage.plan(await stage.approved(), not_after=soon)
    stage.clock.advance(61)  # type: ignore[attr-defined]
    await run_once(stage)
    found = await stage.delivery()
    assert (found.state, found.reason) == (S.EXPIRED, "too-late")
    assert stage.platform.calls == []
