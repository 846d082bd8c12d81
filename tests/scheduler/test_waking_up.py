"""The clock of the hub: not before the due time, found by the poll, never dropped.

Nothing is timed here: a busy machine says nothing about the hub. What is late is seen by what
would never have left."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event

import pytest

from hub.kernel.clock import ManualClock
from hub.publishing.models import DeliveryState
from scheduler import engine
from scheduler.clock import HubClock
from scheduler.engine import Engine
from scheduler.settings import DispatchSettings
from tests.scheduler.stage import Stage, resting, running
from tests.scheduler.toys import READABLE
from tests.waiting import until

S = DeliveryState
SECOND = timedelta(seconds=1)
AHEAD = DispatchSettings().ahead


@pytest.fixture
def unpolled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing looks for what is due by and by: what wakes nobody never leaves."""
    monkeypatch.setattr(engine, "_POLL", timedelta(hours=1))


def rings_of(live: Stage, monkeypatch: pytest.MonkeyPatch) -> tuple[Engine, list[datetime]]:
    """An engine, and when its clock rang for what is soon due."""
    made, rung = live.engine(), []
    ring = made.clock._ring

    async def noted() -> None:
        rung.append(live.clock.now())
        await ring()

    monkeypatch.setattr(made.clock, "_ring", noted)
    return made, rung


async def none_left_early(stage: Stage) -> None:
    for delivery in await stage.deliveries():
        assert delivery.handed_over_at is not None
        assert delivery.handed_over_at >= delivery.due_at


async def test_a_delivery_leaves_at_its_due_time(
    live: Stage, unpolled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = await live.approved(accounts=3)
    made, rung = rings_of(live, monkeypatch)
    await made.start()
    due = live.clock.now() + SECOND * 1.2
    await live.plan(item, due)
    await until(lambda: _rests(live))
    await made.stop()
    await none_left_early(live)
    assert len(rung) <= 2  # once for all three of them, and where that was early once more
    assert all(at >= due - AHEAD for at in rung)


async def _rests(stage: Stage) -> bool:
    return set(await stage.states()) <= {"accepted", "verified"}


async def test_each_of_several_due_times_is_met(
    live: Stage, unpolled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = await live.accounts(3)
    items = [await live.approved(text, 0) for text in "一二三"]
    made, rung = rings_of(live, monkeypatch)
    await made.start()
    first = live.clock.now() + SECOND * 0.8
    for n, (item, account) in enumerate(zip(items, accounts, strict=True)):
        await live.plan(item, first + SECOND * 0.25 * n, ids=[account.id])
    await until(lambda: _rests(live))
    await made.stop()
    await none_left_early(live)
    assert len(live.platform.posts) == 3
    assert len(rung) <= 2 * 3


async def test_what_another_process_planned_is_found_by_the_poll(
    live: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_POLL", SECOND * 0.2)
    item = await live.approved()
    made, rung = rings_of(live, monkeypatch)
    await made.start()
    live.publishing.on_change = lambda: None  # the other process cannot ring here
    await live.plan(item, live.clock.now())
    await until(lambda: _rests(live))
    await made.stop()
    assert rung == []  # nothing was left to ring for
    assert len(live.platform.posts) == 1


async def test_an_earlier_plan_moves_the_wake_up_forward(live: Stage, unpolled: None) -> None:
    far, near = await live.accounts(2)
    first, second = [await live.approved(text, 0) for text in "一二"]
    made = live.engine()
    await made.start()
    await live.plan(first, live.clock.now() + timedelta(hours=1), ids=[far.id])
    await live.plan(second, live.clock.now() + SECOND * 0.8, ids=[near.id])
    await until(lambda: _one_sent(live))
    await made.stop()
    assert [account for account, _, _ in live.platform.posts] == [near.id]
    assert sorted(await live.states()) == ["accepted", "planned"]


async def _one_sent(stage: Stage) -> bool:
    return "accepted" in await stage.states()


async def test_a_busy_loop_drops_no_wake_up(live: Stage, unpolled: None) -> None:
    """APScheduler's own default drops a job that is a second late."""
    item = await live.approved()
    made = live.engine()
    await made.start()
    live.publishing.on_change = lambda: None
    await live.plan(item, live.clock.now() + AHEAD + SECOND * 0.3)
    await made.clock.look_ahead()  # rings in a third of a second
    Event().wait(1.8)  # nothing else goes on here meanwhile
    await until(lambda: _rests(live))
    await made.stop()
    assert len(live.platform.posts) == 1


async def test_the_whole_engine_settles_verifies_and_stops(live: Stage) -> None:
    live.platform.declaration = replace(READABLE, verify_after=SECOND * 0.1)
    item = await live.approved(accounts=4)
    made = live.engine()
    await made.start()
    await live.plan(item)
    await until(lambda: _verified(live))
    assert made.sweep.heartbeat_age() is not None
    await made.stop()
    assert made.dispatcher.busy == 0
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
