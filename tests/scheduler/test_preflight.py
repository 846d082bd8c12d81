"""Check points are found by the state of the database: missed ones are caught up, each is passed
once, and a board never shows what is over."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from hub.kernel.clock import ManualClock
from hub.kernel.events import read_events
from hub.kernel.meter import NoMeter
from hub.organisations import store as organisations
from hub.organisations.authority.sight import Sight
from hub.organisations.models import Selection
from hub.publishing.models import DeliveryState, Plan
from hub.publishing.preflight import store
from hub.publishing.preflight.models import CheckPoint, Done, LinkAnswer, Report
from hub.publishing.preflight.service import Preflight
from hub.publishing.service import When
from hub.publishing.tables import plans
from scheduler.preflight import PreflightWatch
from tests.hub.publishing.preflight.looking import Told, board_of
from tests.scheduler.stage import Stage

P = CheckPoint
HOUR = 3600


class Shown(NoMeter):
    def __init__(self) -> None:
        self.problems: Mapping[tuple[str, str], int] = {}

    def show_preflight(self, problems: Mapping[tuple[str, str], int]) -> None:
        self.problems = problems


@pytest.fixture
def board(stage: Stage) -> Preflight:
    return board_of(stage)


async def plan_in(stage: Stage, hours: float, accounts: int = 1) -> Plan:
    item = await stage.approved(f"正文{hours}", accounts=accounts)
    return (await stage.plan(item, stage.clock.now() + timedelta(hours=hours))).plan


async def passed(board: Preflight, plan: Plan) -> list[tuple[CheckPoint, str]]:
    return [(done.point, done.covered_by) for done in await board.history(plan.id)]


async def break_account(stage: Stage) -> None:
    [account] = await stage.organisations.accounts(Selection())
    await stage.do(lambda tx: organisations.set_needs_reconnecting(tx, account.id, "过期"))


async def test_a_plan_is_looked_at_when_made_and_then_at_each_point_once(
    stage: Stage, board: Preflight, clock: ManualClock
) -> None:
    plan = await plan_in(stage, 48)
    looks = []
    for _ in range(49 * 4):
        looks.append(await board.run_due())
        clock.advance(HOUR / 4)
    assert [n for n, looked in enumerate(looks) if looked] == [0, 24 * 4, 47 * 4, 48 * 4]
    assert await passed(board, plan) == [(P.PLANNED, ""), (P.DAY, ""), (P.HOUR, "")]


async def test_the_last_minutes_are_looked_at_too(
    stage: Stage, board: Preflight, clock: ManualClock
) -> None:
    plan = await plan_in(stage, 1.5)
    for _ in range(90):
        await board.run_due()
        clock.advance(60)
    assert await passed(board, plan) == [
        (P.PLANNED, ""),
        (P.DAY, "planned"),
        (P.HOUR, ""),
        (P.MINUTES, ""),
    ]


async def test_points_missed_in_an_outage_are_covered_by_one_look(
    stage: Stage, board: Preflight, clock: ManualClock
) -> None:
    plan = await plan_in(stage, 48)
    clock.advance(47.5 * HOUR)
    assert await board.run_due() == 1
    assert await board.run_due() == 0
    assert await passed(board, plan) == [(P.PLANNED, "hour"), (P.DAY, "hour"), (P.HOUR, "")]


async def test_what_is_due_or_over_is_not_looked_at(
    stage: Stage, board: Preflight, clock: ManualClock
) -> None:
    plan = await plan_in(stage, 2)
    clock.advance(2 * HOUR)
    await board.run_due()
    assert await passed(board, plan) == []
    clock.advance(100 * HOUR)
    assert await board.run_due() == 0


async def test_problems_are_listed_by_due_time_and_vanish_when_a_later_look_finds_none(
    stage: Stage, board: Preflight, clock: ManualClock
) -> None:
    later, sooner = await plan_in(stage, 40), await plan_in(stage, 30, accounts=0)
    await break_account(stage)
    meter = Shown()
    await PreflightWatch(board, meter).look()
    assert [one.plan_id for one in await board.problems()] == [sooner.id, later.id]
    assert meter.problems == {("reconnect", "blocking"): 2}
    nobody = Sight(frozenset(), whole=False)
    assert await board.problems(sight=nobody) == []
    own = Sight(frozenset({body.id for body in await stage.organisations.bodies()}), whole=False)
    assert len(await board.problems(sight=own)) == 2
    [account] = await stage.organisations.accounts(Selection())
    await stage.do(lambda tx: organisations.set_needs_reconnecting(tx, account.id, ""))
    clock.advance(7 * HOUR)
    await PreflightWatch(board, meter).look()
    assert [(one.plan_id, one.point) for one in await board.problems()] == [(later.id, P.PLANNED)]
    kept = await stage.database.read(lambda c: store.problems_of(c, sooner.id, P.PLANNED))
    assert [problem.name for problem in kept] == ["reconnect"]  # what was found then is history


async def test_a_cancelled_plan_and_one_that_is_over_are_on_no_board(
    stage: Stage, board: Preflight, clock: ManualClock
) -> None:
    cancelled, over = await plan_in(stage, 10), await plan_in(stage, 4, accounts=0)
    await break_account(stage)
    await board.run_due()
    assert len(await board.problems()) == 2
    await stage.publishing.cancel("media", plan_id=cancelled.id)
    assert [one.plan_id for one in await board.problems()] == [over.id]
    clock.advance(5 * HOUR)
    await board.run_due()
    assert (await board.problems(), await board.counts()) == ([], {})
    assert await passed(board, cancelled) == [(P.PLANNED, ""), (P.DAY, "planned")]


async def test_a_plan_that_was_moved_is_looked_at_anew(
    stage: Stage, board: Preflight, clock: ManualClock
) -> None:
    plan = await plan_in(stage, 30)
    await board.run_due()
    wall = (clock.now() + timedelta(hours=60)).replace(tzinfo=None)
    await stage.publishing.reschedule(plan.id, When(zone="UTC", wall=wall), "media")
    assert await board.run_due() == 1
    [done] = await board.history(plan.id)
    assert done.due_at == clock.now() + timedelta(hours=60)
    clock.advance(36 * HOUR)
    assert await board.run_due() == 1
    assert await passed(board, plan) == [(P.PLANNED, ""), (P.DAY, "")]


async def test_a_plan_moved_while_it_is_looked_at_keeps_nothing_of_the_old_look(
    stage: Stage, clock: ManualClock
) -> None:
    plan = await plan_in(stage, 30)
    wall = (clock.now() + timedelta(hours=60)).replace(tzinfo=None)

    class Moving(Told):
        async def ask(self, url: str) -> LinkAnswer:
            await stage.publishing.reschedule(plan.id, When(zone="UTC", wall=wall), "media")
            return LinkAnswer(status=200)

    item = await stage.approved("见 https://a.example/1", accounts=0)
    plan = (await stage.plan(item, clock.now() + timedelta(hours=30))).plan
    await board_of(stage, Moving()).run_due()
    board = board_of(stage)
    assert await board.history(plan.id) == []
    await board.run_due()
    assert [done.due_at for done in await board.history(plan.id)] == [
        clock.now() + timedelta(hours=60)
    ]


async def test_a_look_that_died_is_done_again_as_a_whole(
    stage: Stage, board: Preflight, clock: ManualClock
) -> None:
    plan = await plan_in(stage, 30)
    now = clock.now()
    taken = await stage.do(lambda tx: store.take_due(tx, now, now + timedelta(minutes=5), 10))
    assert len(taken) == 1  # and here the process is killed
    assert await board.run_due() == 0
    clock.advance(301)
    assert await board.run_due() == 1
    assert await passed(board, plan) == [(P.PLANNED, "")]


async def test_two_processes_never_look_at_one_plan_together(stage: Stage) -> None:
    made = {(await plan_in(stage, 30 + n, accounts=1 if n == 0 else 0)).id for n in range(6)}
    found = await asyncio.gather(*(board_of(stage).run_due(4) for _ in range(4)))
    assert sum(found) == len(made)
    [taken] = [await stage.database.read(lambda c: c.execute(select(plans.c.next_check_at)).all())]
    assert all(row.next_check_at > stage.clock.now() for row in taken)


async def test_recording_a_point_twice_keeps_one(stage: Stage, board: Preflight) -> None:
    plan = await plan_in(stage, 30)
    await break_account(stage)
    await board.run_due()
    zero = datetime(1970, 1, 1, tzinfo=stage.clock.now().tzinfo)
    report: Report = await board.look(plan.id)
    for _ in range(2):
        await stage.do(lambda tx: store.record(tx, report, P.PLANNED, ()))
        await stage.do(lambda tx: tx.execute(update(plans).values(next_check_at=zero)))
        await board.run_due()
    assert len(await board.problems()) == 1
    [done] = await board.history(plan.id)
    assert isinstance(done, Done)
    assert done.tally["reconnect"] == (0, 0, 1)


async def test_every_passed_point_is_in_the_audit_chain(
    stage: Stage, board: Preflight, clock: ManualClock
) -> None:
    plan = await plan_in(stage, 30)
    await break_account(stage)
    await board.run_due()
    clock.advance(6 * HOUR)
    await board.run_due()
    told = await stage.database.read(lambda c: read_events(c, subject=plan.id))
    said = [row["data"] for row in told if row["kind"] == "publishing.plan.preflight"]
    assert [(row["point"], row["blocking"], row["warnings"]) for row in said] == [
        ("planned", 1, 0),
        ("day", 1, 0),
    ]


async def test_a_plan_partly_sent_is_looked_at_for_what_still_waits(
    stage: Stage, board: Preflight
) -> None:
    plan = await plan_in(stage, 30, accounts=2)
    first, _ = await stage.deliveries()
    sent = {"state": DeliveryState.ACCEPTED, "remote_id": "r"}
    await stage.change(first.id, **sent)
    assert (await board.look(plan.id)).deliveries == 1
