"""What time does to rows: promote, expire, hold, unblock, and the next due time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.organisations import store as organisations
from hub.publishing import sweeping
from hub.publishing.models import SETTLED, DeliveryState
from tests.scheduler.stage import Stage

S = DeliveryState
HOUR = timedelta(hours=1)


async def planned(stage: Stage, count: int = 1, after: timedelta = HOUR) -> None:
    await stage.plan(await stage.approved(accounts=count), stage.clock.now() + after)


async def next_due(stage: Stage) -> datetime | None:
    now = stage.clock.now()
    return await stage.database.read(lambda c: sweeping.next_wake(c, now))


async def test_what_is_due_becomes_ready_and_nothing_before(stage: Stage) -> None:
    await planned(stage, 3)
    now = stage.clock.now()
    assert await stage.do(lambda tx: sweeping.promote(tx, now, 10)) == 0
    assert await stage.do(lambda tx: sweeping.promote(tx, now + HOUR, 2)) == 2
    assert sorted(await stage.states()) == ["planned", "ready", "ready"]
    assert await stage.do(lambda tx: sweeping.promote(tx, now + HOUR, 2)) == 1


async def test_the_next_due_time_is_the_earliest_of_planned_and_blocked(stage: Stage) -> None:
    assert await next_due(stage) is None
    await planned(stage, 2)
    now = stage.clock.now()
    assert await next_due(stage) == now + HOUR
    one, two = await stage.deliveries()
    await stage.change(one.id, state=S.BLOCKED, reason="busy", next_at=now + HOUR / 2)
    assert await next_due(stage) == now + HOUR / 2
    await stage.change(one.id, next_at=None)
    assert await next_due(stage) == now + HOUR
    await stage.change(two.id, state=S.CANCELLED)
    assert await next_due(stage) is None


async def test_something_is_due_when_a_row_could_be_sent_now(stage: Stage) -> None:
    await planned(stage)

    async def due(after: timedelta) -> bool:
        at = stage.clock.now() + after
        return await stage.database.read(lambda c: sweeping.anything_due(c, at))

    assert [await due(HOUR * 0.9), await due(HOUR)] == [False, True]
    await stage.change(state=S.BLOCKED, reason="busy", next_at=stage.clock.now() + HOUR * 2)
    assert [await due(HOUR), await due(HOUR * 2)] == [False, True]
    await stage.change(state=S.READY, next_at=None)
    assert await due(HOUR * 0)
    await stage.change(state=S.CLAIMED)
    assert not await due(HOUR * 9)


@pytest.mark.parametrize("state", list(DeliveryState))
async def test_only_what_waits_expires(stage: Stage, state: DeliveryState) -> None:
    await planned(stage)
    now = stage.clock.now()
    values: dict[str, Any] = {"remote_id": "r", "error_code": "x", "reason": "busy"}
    await stage.change(state=state, not_after=now, due_at=now - HOUR, **values)
    for late in (now, now + timedelta(seconds=1)):
        found = await stage.do(lambda tx, at=late: sweeping.expire_late(tx, at))
        waits = state in {S.PLANNED, S.READY, S.BLOCKED} and late > now
        assert len(found) == waits
    became = S.EXPIRED if state in {S.PLANNED, S.READY, S.BLOCKED} else state
    delivery = await stage.delivery()
    assert delivery.state is became
    if waits:
        assert (delivery.reason, delivery.next_at) == ("too-late", None)


async def test_expiring_goes_on_where_a_batch_ended(stage: Stage) -> None:
    await planned(stage, 3)
    at = stage.clock.now() + HOUR * 24
    found = [await stage.do(lambda tx: sweeping.expire_late(tx, at, 2)) for _ in range(3)]
    assert [len(batch) for batch in found] == [2, 1, 0]


async def test_an_outage_s_backlog_is_held_for_a_person(stage: Stage) -> None:
    await planned(stage, 4)
    missed, queued, tried, future = await stage.deliveries()
    now = stage.clock.now() + HOUR * 2
    await stage.change(queued.id, state=S.READY)
    await stage.change(tried.id, state=S.READY, attempts=1)
    await stage.change(future.id, due_at=now)
    limit = now - HOUR / 2
    assert await stage.do(lambda tx: sweeping.hold_outage(tx, limit, ready_too=False)) == 1
    assert await stage.do(lambda tx: sweeping.hold_outage(tx, limit, ready_too=True)) == 1
    held = {d.id: d for d in await stage.deliveries(state="blocked")}
    assert set(held) == {missed.id, queued.id}
    assert {(d.reason, d.next_at) for d in held.values()} == {("outage", None)}


async def test_a_connected_account_s_deliveries_go_on(stage: Stage) -> None:
    await planned(stage, 3)
    now = stage.clock.now()
    await stage.change(state=S.BLOCKED, reason="reconnect")
    dead, ended, well = await stage.deliveries()
    await stage.do(lambda tx: organisations.set_needs_reconnecting(tx, dead.account_id, "失效"))
    past = now - HOUR
    await stage.do(lambda tx: organisations.set_authorised_until(tx, ended.account_id, past))
    assert await stage.do(lambda tx: sweeping.unblock_reconnected(tx, now)) == 1
    assert (await stage.delivery(well.id)).state is S.READY
    assert {d.id for d in await stage.deliveries(state="blocked")} == {dead.id, ended.id}


async def test_what_waits_for_something_else_is_not_unblocked(stage: Stage) -> None:
    await planned(stage)
    await stage.change(state=S.BLOCKED, reason="outage")
    assert await stage.do(lambda tx: sweeping.unblock_reconnected(tx, stage.clock.now())) == 0


@pytest.mark.parametrize("state", sorted(SETTLED))
async def test_nothing_that_is_settled_is_reaped(stage: Stage, state: DeliveryState) -> None:
    await planned(stage)
    await stage.change(state=state, remote_id="r", error_code="x", next_at=stage.clock.now())
    at = stage.clock.now() + HOUR * 24
    assert await stage.do(lambda tx: sweeping.reap(tx, at, all_leases=True)) == ([], [])
