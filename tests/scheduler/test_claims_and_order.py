"""Claims, leases, stops and the order of posts on a scripted platform."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from hub.kernel.errors import Words
from hub.organisations.models import Selection
from hub.publishing.errors import (
    Busy,
    LeaseLost,
    Unknown,
)
from hub.publishing.models import DeliveryState, Priority
from hub.publishing.ports import Accepted, Job
from hub.publishing.service import When
from tests.scheduler.stage import Stage, resting, run_once, running
from tests.waiting import until

S = DeliveryState
SAID = Words("出错", "it failed")
HOUR = timedelta(hours=1)


async def test_a_thread_is_sent_in_its_order(stage: Stage) -> None:
    await stage.plan(await stage.approved("一\n\n二\n\n三", accounts=4))
    await run_once(stage)
    for account in {account for account, _, _ in stage.platform.posts}:
        texts = [text for where, _, text in stage.platform.posts if where == account]
        assert texts == ["一", "二", "三"]


async def test_a_part_knows_the_post_that_it_follows(stage: Stage) -> None:
    followed: dict[tuple[str, str], str] = {}

    async def note(job: Job) -> Accepted | None:
        followed[job.access.account_id, job.part.text] = job.previous_id
        return Accepted(remote_id=f"{job.access.account_id}/{job.part.text}")

    stage.platform.always = note
    await stage.plan(await stage.approved("一\n\n二\n\n三", accounts=2))
    await run_once(stage)
    before = {"一": "", "二": "一", "三": "二"}
    assert len(followed) == 6
    for (account, text), previous in followed.items():
        assert previous == (f"{account}/{before[text]}" if before[text] else "")


async def test_no_part_follows_one_that_was_not_accepted(stage: Stage) -> None:
    stage.platform.answers.append(Unknown(SAID))
    await stage.plan(await stage.approved("一\n\n二"))
    await run_once(stage, S.UNKNOWN, S.BLOCKED)
    assert await stage.states() == ["unknown", "blocked"]
    assert len(stage.platform.calls) == 1


async def test_accounts_go_side_by_side_and_each_in_turn(stage: Stage) -> None:
    async def slowly(job: Job) -> Accepted | None:
        await asyncio.sleep(0.01)
        return None

    stage.platform.always = slowly  # the platform itself refuses two at once on one account
    await stage.accounts(6)
    for text in "一二三":
        await stage.plan(await stage.approved(text, 0))
    await run_once(stage)
    assert len(stage.platform.posts) == 18
    assert stage.platform.most_running > 1


async def test_an_emergency_overtakes_thousands(live: Stage) -> None:
    async def slowly(job: Job) -> Accepted | None:
        await asyncio.sleep(0.002)
        return None

    live.platform.always = slowly
    *_, last = await live.accounts(401)
    routine = [a.id for a in await live.organisations.accounts(Selection()) if a.id != last.id]
    for text in "一二三四五":
        await live.plan(await live.approved(text, 0), ids=routine)
    urgent = await live.approved("急", 0)
    async with running(live.dispatcher(connections=8)) as dispatcher:
        dispatcher.wake()
        await until(lambda: _called(live, 50))
        before = len(live.platform.calls)
        await live.plan(urgent, ids=[last.id], priority=Priority.EMERGENCY)
        await until(lambda: _sent(live, "急"))
        place = [text for _, _, text in live.platform.posts].index("急")
    assert before <= place < 300, place


async def _called(stage: Stage, count: int) -> bool:
    return len(stage.platform.calls) >= count


async def _sent(stage: Stage, text: str) -> bool:
    return any(posted == text for _, _, posted in stage.platform.posts)


async def test_what_is_cancelled_after_the_claim_is_not_sent(stage: Stage) -> None:
    gate = asyncio.Event()

    async def wait(job: Job) -> Accepted | None:
        await gate.wait()
        return None

    stage.platform.always = wait
    plan = (await stage.plan(await stage.approved(accounts=6))).plan
    async with running(stage.dispatcher(connections=2)) as dispatcher:
        dispatcher.wake()
        await until(lambda: _called(stage, 2))
        cancelled = await stage.publishing.cancel("media", plan_id=plan.id)
        assert cancelled
        gate.set()
        await resting(stage)
    called = set(stage.platform.calls)
    assert called.isdisjoint(cancelled)
    assert len(called) + len(cancelled) == 6
    assert {await _state(stage, one) for one in called} == {S.ACCEPTED}


async def _state(stage: Stage, delivery_id: str) -> DeliveryState:
    return (await stage.delivery(delivery_id)).state


async def test_what_is_moved_after_the_claim_is_sent_at_its_new_time_only(stage: Stage) -> None:
    gate = asyncio.Event()

    async def wait(job: Job) -> Accepted | None:
        await gate.wait()
        return None

    stage.platform.always = wait
    plan = (await stage.plan(await stage.approved(accounts=6))).plan
    later = When(zone="UTC", wall=(stage.clock.now() + HOUR).replace(tzinfo=None))
    async with running(stage.dispatcher(connections=2)) as dispatcher:
        dispatcher.wake()
        await until(lambda: _called(stage, 2))
        moved, left = await stage.publishing.reschedule(plan.id, later, "media")
        gate.set()
        await resting(stage, S.PLANNED)
        assert len(stage.platform.posts) == left
        assert moved + left == 6
        assert moved > 0
        stage.clock.advance(3600)  # type: ignore[attr-defined]
        dispatcher.wake()
        await resting(stage)
    assert len(set(stage.platform.calls)) == len(stage.platform.posts) == 6


async def test_stopping_gives_back_what_has_not_begun(stage: Stage) -> None:
    gate = asyncio.Event()

    async def wait(job: Job) -> Accepted | None:
        await gate.wait()
        return None

    stage.platform.always = wait
    await stage.plan(await stage.approved(accounts=30))
    dispatcher = stage.dispatcher(connections=2)
    loop = asyncio.create_task(dispatcher.run())
    dispatcher.wake()
    await until(lambda: _called(stage, 2))
    await dispatcher.stop()
    asyncio.get_running_loop().call_later(0.05, gate.set)
    await asyncio.wait_for(loop, 60)
    await dispatcher.drain()
    states = await stage.states()
    assert set(states) == {"accepted", "ready"}
    assert states.count("accepted") == len(stage.platform.posts) < 10


async def test_a_lost_lease_stops_the_publisher_and_records_nothing(stage: Stage) -> None:
    async def steps(job: Job) -> Accepted | None:
        await job.checkpoint({"draft": "d1"})
        await stage.change(job.delivery_id, state=S.UNKNOWN, reason="crash", lease_owner="")
        with pytest.raises(LeaseLost):
            await job.checkpoint({"draft": "d2"})
        raise LeaseLost(SAID)

    stage.platform.answers.append(steps)
    await stage.plan(await stage.approved())
    await run_once(stage, S.UNKNOWN)
    found = await stage.delivery()
    assert (found.reason, found.progress) == ("crash", {"draft": "d1"})
    assert stage.platform.posts == []


async def test_progress_is_there_for_the_next_attempt(stage: Stage) -> None:
    seen = []

    async def step(job: Job) -> Accepted | None:
        seen.append(dict(job.progress))
        if not job.progress:
            await job.checkpoint({"draft": "稿\0"})
            assert job.progress == {"draft": "稿\ufffd"}
            raise Busy(SAID)
        return None

    stage.platform.always = step
    await stage.plan(await stage.approved())
    async with running(stage.dispatcher()) as dispatcher:
        dispatcher.wake()
        await resting(stage, S.BLOCKED)
        stage.clock.advance(7)  # type: ignore[attr-defined]
        dispatcher.wake()
        await resting(stage)
    assert seen == [{}, {"draft": "稿\ufffd"}]


async def test_two_processes_share_the_work(stage: Stage) -> None:
    await stage.plan(await stage.approved("一\n\n二", accounts=40))
    async with running(stage.dispatcher("w1")), running(stage.dispatcher("w2")) as second:
        second.wake()
        await resting(stage)
    assert len(stage.platform.posts) == len(set(stage.platform.calls)) == 80
