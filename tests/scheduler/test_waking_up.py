"""The clock of the hub: exactly at the due time, found within the poll, never dropped."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hub.kernel.clock import ManualClock
from hub.publishing.models import DeliveryState
from scheduler.clock import HubClock
from tests.scheduler.stage import Stage, resting, running, until
from tests.scheduler.toys import READABLE

S = DeliveryState
SECOND = timedelta(seconds=1)


async def test_a_delivery_leaves_at_its_due_time(live: Stage) -> None:
    item = await live.approved(accounts=3)
    engine = live.engine()
    await engine.start()
    due = live.clock.now() + SECOND * 1.2
    await live.plan(item, due)
    await until(lambda: _rests(live))
    await engine.stop()
    for delivery in await live.deliveries():
        assert delivery.handed_over_at is not None
        late = delivery.handed_over_at - due
        assert timedelta() <= late < timedelta(seconds=0.9), late  # the poll would take a second


async def _rests(stage: Stage) -> bool:
    return set(await stage.states()) <= {"accepted", "verified"}


async def test_each_of_several_due_times_is_met(live: Stage) -> None:
    accounts = await live.accounts(3)
    items = [await live.approved(text, 0) for text in "一二三"]
    engine = live.engine()
    await engine.start()
    first = live.clock.now() + SECOND * 0.8
    for n, (item, account) in enumerate(zip(items, accounts, strict=True)):
        await live.plan(item, first + SECOND * 0.25 * n, ids=[account.id])
    await until(lambda: _rests(live))
    await engine.stop()
    late = [d.lateness or SECOND for d in await live.deliveries()]
    # one stall of a busy machine says nothing; by the poll alone two of three would be later
    assert sorted(late)[1] < SECOND * 0.4, late


async def test_what_another_process_planned_is_found_within_the_poll(live: Stage) -> None:
    item = await live.approved()
    engine = live.engine()
    await engine.start()
    await asyncio.sleep(0.3)
    live.publishing.on_change = lambda: None  # the other process cannot ring here
    due = live.clock.now() + SECOND * 0.1
    await live.plan(item, due)
    await until(lambda: _rests(live), 5)
    await engine.stop()
    [delivery] = await live.deliveries()
    assert delivery.lateness is not None
    assert delivery.lateness < SECOND * 1.5


async def test_an_earlier_plan_moves_the_wake_up_forward(live: Stage) -> None:
    far, near = await live.accounts(2)
    first, second = [await live.approved(text, 0) for text in "一二"]
    engine = live.engine()
    await engine.start()
    await live.plan(first, live.clock.now() + timedelta(hours=1), ids=[far.id])
    await live.plan(second, live.clock.now() + SECOND * 0.5, ids=[near.id])
    await until(lambda: _one_sent(live))
    await engine.stop()
    assert [account for account, _, _ in live.platform.posts] == [near.id]
    assert sorted(await live.states()) == ["accepted", "planned"]


async def _one_sent(stage: Stage) -> bool:
    return "accepted" in await stage.states()


async def test_a_busy_loop_drops_no_wake_up(live: Stage) -> None:
    """APScheduler's own default drops a job that is a second late."""
    item = await live.approved()
    engine = live.engine()
    await engine.start()
    await live.plan(item, live.clock.now() + SECOND * 0.3)
    await asyncio.sleep(0.1)
    blocked_until = datetime.now(UTC) + SECOND * 2.2
    while datetime.now(UTC) < blocked_until:
        pass
    await until(lambda: _rests(live), 3)
    await engine.stop()
    assert len(live.platform.posts) == 1


async def test_the_whole_engine_settles_verifies_and_stops(live: Stage) -> None:
    live.platform.declaration = replace(READABLE, verify_after=SECOND * 0.1)
    item = await live.approved(accounts=4)
    engine = live.engine()
    await engine.start()
    await live.plan(item)
    await until(lambda: _verified(live))
    assert engine.sweep.heartbeat_age() is not None
    await engine.stop()
    assert engine.dispatcher.busy == 0
    assert set(await live.states()) == {"verified"}


async def _verified(stage: Stage) -> bool:
    return set(await stage.states()) == {"verified"}


async def test_the_wake_up_follows_the_ledger(stage: Stage) -> None:
    rung = []
    clock = HubClock(stage.database, stage.clock, lambda: rung.append(1), SECOND / 2)
    await clock.look_ahead()
    assert rung == []
    await stage.plan(await stage.approved(), stage.clock.now() + SECOND)
    await clock.look_ahead()
    assert rung == []
    assert isinstance(stage.clock, ManualClock)
    stage.clock.advance(0.4)
    await clock.look_ahead()
    assert rung == []
    stage.clock.advance(0.1)
    await clock.look_ahead()
    assert rung == [1]
    await stage.change(state=S.CANCELLED)
    await clock.look_ahead()
    assert rung == [1]
    await resting(stage)


async def test_what_is_soon_due_is_claimed_early_and_sent_at_its_time(stage: Stage) -> None:
    assert isinstance(stage.clock, ManualClock)
    await stage.plan(await stage.approved(accounts=3), stage.clock.now() + SECOND)
    async with running(stage.dispatcher()) as dispatcher:
        stage.clock.advance(0.6)
        dispatcher.wake()
        await until(lambda: _all(stage, S.CLAIMED))
        stage.clock.advance(0.39)
        await asyncio.sleep(0.02)
        assert stage.platform.calls == []
        stage.clock.advance(0.01)
        await resting(stage)
    assert {d.lateness for d in await stage.deliveries()} == {timedelta()}


async def _all(stage: Stage, state: DeliveryState) -> bool:
    return set(await stage.states()) == {state}


async def test_what_is_claimed_early_can_still_be_cancelled(stage: Stage) -> None:
    assert isinstance(stage.clock, ManualClock)
    plan = (await stage.plan(await stage.approved(), stage.clock.now() + SECOND / 2)).plan
    async with running(stage.dispatcher()) as dispatcher:
        dispatcher.wake()
        await until(lambda: _all(stage, S.CLAIMED))
        assert await stage.publishing.cancel("media", plan_id=plan.id)
        stage.clock.advance(1)
        await resting(stage)
    assert stage.platform.calls == []


async def test_stopping_gives_back_what_was_claimed_early(stage: Stage) -> None:
    await stage.plan(await stage.approved(), stage.clock.now() + SECOND / 2)
    async with running(stage.dispatcher()) as dispatcher:
        dispatcher.wake()
        await until(lambda: _all(stage, S.CLAIMED))
    assert set(await stage.states()) == {"ready"}
    assert stage.platform.calls == []
