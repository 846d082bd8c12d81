"""A plan in rings, through the services and the dispatcher: who waits, who goes, who stops it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import Conflict, InvalidInput, NotFound, Words
from hub.kernel.events import read_events
from hub.kernel.ids import IdSource
from hub.organisations.models import Selection
from hub.publishing.errors import Rejected
from hub.publishing.models import DeliveryState, Priority
from hub.publishing.ports import Accepted, Finding, Job, Verdict
from hub.publishing.rings.models import RingOrder, RingState
from hub.publishing.rings.service import Rings
from hub.publishing.service import Planned, When
from scheduler.ring_watch import RingWatch
from tests.scheduler.stage import Stage, resting, running, watched_stage
from tests.scheduler.toys import READABLE
from tests.waiting import until

S, R = DeliveryState, RingState
SAID = Words("不收", "not taken")
HOUR = timedelta(hours=1)


@pytest.fixture
async def stage(database: Database, clock: ManualClock, ids: IdSource) -> AsyncIterator[Stage]:
    async with watched_stage(database, clock, ids) as opened:
        yield opened


@pytest.fixture
def rings(stage: Stage) -> Rings:
    return Rings(database=stage.database, clock=stage.clock)


async def refuse(job: Job) -> Accepted | None:
    raise Rejected(SAID, platform_code="20021")


async def planned(
    stage: Stage,
    accounts: int = 20,
    text: str = "正文",
    order: RingOrder | None = None,
    **when: Any,
) -> Planned:
    """A plan in rings: one account, a tenth, the rest."""
    item = await stage.approved(text, accounts)
    chosen = order or RingOrder(share=0.1)
    due = When(**{"zone": "UTC"} | when)
    return await stage.publishing.plan(item.id, Selection(), due, "media", rings=chosen)


async def shown(rings: Rings, plan: Planned) -> list[tuple[str, int, int]]:
    """State, proven and failed of every ring."""
    views = await rings.views(plan.plan.id)
    return [(v.ring.state.value, v.tally.proven, v.tally.failed) for v in views]


async def sent(stage: Stage, count: int) -> None:
    """Let a dispatcher send until so many were posted and nothing more is under way."""
    async with running(stage.dispatcher()) as dispatcher:
        dispatcher.wake()
        await until(lambda: _all_posted(stage, count))
        await resting(stage, S.BLOCKED)
    assert len(stage.platform.posts) == count


async def test_only_the_first_ring_goes_until_it_is_proven(stage: Stage, rings: Rings) -> None:
    plan = await planned(stage)
    await sent(stage, 1)
    held = await stage.deliveries(state="blocked")
    assert {(d.reason, d.next_at) for d in held} == {("ring", None)}
    assert len(held) == 19
    await rings.advance()
    assert await shown(rings, plan) == [("passed", 1, 0), ("running", 0, 0), ("waiting", 0, 0)]
    await sent(stage, 3)
    await rings.advance()
    await sent(stage, 20)
    await rings.advance()
    assert await shown(rings, plan) == [("passed", 1, 0), ("passed", 2, 0), ("passed", 17, 0)]
    assert await rings.advance() == 0


async def test_each_step_is_one_audited_event(stage: Stage, rings: Rings) -> None:
    plan = await planned(stage)
    for count in (1, 3, 20):
        await sent(stage, count)
        await rings.advance()
    told = await stage.database.read(lambda c: read_events(c, subject=plan.plan.id))
    assert [e["kind"].removeprefix("publishing.") for e in told] == [
        "plan.made",
        "ring.released",
        *["ring.passed", "ring.released"] * 2,
        "ring.passed",
    ]
    assert told[3]["data"] == {"ring": 2, "deliveries": 2}


async def test_where_a_platform_can_be_read_a_ring_waits_until_it_was(
    stage: Stage, rings: Rings
) -> None:
    stage.platform.declaration = READABLE
    plan = await planned(stage)
    await sent(stage, 1)
    await rings.advance()
    assert (await shown(rings, plan))[0] == ("running", 0, 0)
    stage.clock.advance(10)  # type: ignore[attr-defined]
    await stage.reconciler().verify_accepted()
    await rings.advance()
    assert (await shown(rings, plan))[:2] == [("passed", 1, 0), ("running", 0, 0)]


async def test_what_reads_otherwise_than_signed_stops_the_rest(stage: Stage, rings: Rings) -> None:
    stage.platform.declaration = READABLE
    plan = await planned(stage)
    await sent(stage, 1)
    stage.clock.advance(10)  # type: ignore[attr-defined]
    stage.platform.findings.append(Finding(verdict=Verdict.FOUND, same=False))
    await stage.reconciler().verify_accepted()
    await rings.advance()
    assert (await shown(rings, plan))[0] == ("stopped", 0, 1)


async def test_a_failure_stops_everything_until_a_person_resumes(
    stage: Stage, rings: Rings
) -> None:
    stage.platform.answers.append(refuse)
    plan = await planned(stage)
    await sent(stage, 0)
    await rings.advance()
    assert (await shown(rings, plan))[:2] == [("stopped", 0, 1), ("waiting", 0, 0)]
    held = await stage.deliveries(state="blocked")
    assert {d.reason for d in held} == {"ring-stopped"}
    await sent(stage, 0)
    assert await rings.resume(plan.plan.id, "operator") == 1
    assert (await shown(rings, plan))[:2] == [("passed", 0, 1), ("running", 0, 0)]
    assert {d.reason for d in await stage.deliveries(state="blocked")} == {"ring"}
    await sent(stage, 2)
    told = await stage.database.read(lambda c: read_events(c, subject=plan.plan.id))
    resumed = next(e for e in told if e["kind"] == "publishing.ring.resumed")
    assert resumed["actor"] == "operator"


async def test_a_ring_under_way_is_held_as_soon_as_too_many_failed(
    stage: Stage, rings: Rings
) -> None:
    plan = await planned(stage, 20, order=RingOrder(share=0.9, error_share=0.2))
    await sent(stage, 1)
    await rings.advance()
    gone = 0

    async def refuse_four(job: Job) -> Accepted | None:
        nonlocal gone
        gone += 1
        if gone > 4:
            assert await rings.advance() >= 0
        raise Rejected(SAID)

    stage.platform.always = refuse_four
    async with running(stage.dispatcher(connections=1)) as dispatcher:
        dispatcher.wake()
        await resting(stage, S.BLOCKED)
    stopped = (await shown(rings, plan))[1]
    assert stopped[0] == "stopped"
    assert stopped[2] < 18
    states = await stage.states()
    assert states.count("blocked") == 20 - 1 - states.count("failed")


async def test_what_fails_after_a_resume_stops_again(stage: Stage, rings: Rings) -> None:
    stage.platform.answers.append(refuse)
    plan = await planned(stage)
    await sent(stage, 0)
    await rings.advance()
    await rings.resume(plan.plan.id, "operator")
    stage.platform.always = refuse
    await sent(stage, 0)
    await rings.advance()
    assert [state for state, _, _ in await shown(rings, plan)] == ["passed", "stopped", "waiting"]


async def test_a_person_may_let_all_rings_go_at_once(stage: Stage, rings: Rings) -> None:
    plan = await planned(stage)
    assert await rings.resume(plan.plan.id, "operator", everything=True) == 3
    await sent(stage, 20)


async def test_nothing_is_resumed_where_nothing_stopped(stage: Stage, rings: Rings) -> None:
    plan = await planned(stage)
    with pytest.raises(Conflict):
        await rings.resume(plan.plan.id, "operator")
    with pytest.raises(NotFound):
        await rings.resume("no-such-plan", "operator")
    plain = await stage.plan(await stage.approved("别的", 0))
    with pytest.raises(Conflict):
        await rings.resume(plain.plan.id, "operator")
    assert await rings.views(plain.plan.id) == []


async def test_a_moved_plan_keeps_its_rings(stage: Stage, rings: Rings) -> None:
    at = (stage.clock.now() + HOUR).replace(tzinfo=None)
    plan = await planned(stage, wall=at)
    await stage.publishing.reschedule(plan.plan.id, When(zone="UTC", wall=at + HOUR), "media")
    assert (await stage.states()).count("planned") == 1
    assert {d.reason for d in await stage.deliveries(state="blocked")} == {"ring"}
    stage.clock.advance(7200)  # type: ignore[attr-defined]
    await sent(stage, 1)
    await rings.advance()
    await sent(stage, 3)


async def test_a_ring_that_is_let_go_early_waits_for_its_due_time(
    stage: Stage, rings: Rings
) -> None:
    at = (stage.clock.now() + HOUR).replace(tzinfo=None)
    plan = await planned(stage, wall=at)
    await rings.resume(plan.plan.id, "operator", everything=True)
    assert set(await stage.states()) == {"planned"}


async def test_a_thread_waits_and_goes_with_its_ring(stage: Stage, rings: Rings) -> None:
    plan = await planned(stage, 10, "一\n\n二")
    await sent(stage, 2)
    await rings.advance()
    await sent(stage, 4)
    await rings.advance()
    await sent(stage, 20)
    await rings.advance()
    assert [state for state, _, _ in await shown(rings, plan)] == ["passed"] * 3


async def test_what_is_too_late_expires_in_its_ring(stage: Stage, rings: Rings) -> None:
    soon = stage.clock.now() + timedelta(minutes=1)
    await planned(stage, not_after=soon)
    engine = stage.engine()
    stage.clock.advance(61)  # type: ignore[attr-defined]
    await engine.sweep.sweep()
    assert set(await stage.states()) == {"expired"}


async def test_a_cancelled_plan_ends_its_rings_without_a_stop(stage: Stage, rings: Rings) -> None:
    plan = await planned(stage)
    await stage.publishing.cancel("media", plan_id=plan.plan.id)
    await rings.advance()
    assert [state for state, _, _ in await shown(rings, plan)] == ["passed"] * 3
    assert await rings.advance() == 0


async def test_a_first_ring_that_was_taken_out_proves_nothing(stage: Stage, rings: Rings) -> None:
    plan = await planned(stage)
    [first] = await stage.deliveries(state="ready")
    await stage.publishing.cancel("media", delivery_id=first.id)
    await rings.advance()
    assert [state for state, _, _ in await shown(rings, plan)] == ["stopped", "waiting", "waiting"]


async def test_one_that_waits_for_its_ring_says_so(stage: Stage, rings: Rings) -> None:
    plan = await planned(stage)
    waits = (await stage.deliveries(state="blocked"))[-1]
    told = await stage.operations.explain(waits.id)
    assert "ring 3 of 3" in told.why.en
    assert "第 3 批" in told.why.zh
    assert "at the latest 2026-03-02 21:00" in told.why.en
    with pytest.raises(Conflict, match="plan resume"):
        await stage.operations.retry(waits.id, "operator")
    stage.platform.answers.append(refuse)
    await sent(stage, 0)
    await rings.advance()
    told = await stage.operations.explain(waits.id)
    assert f"gongkai plan resume {plan.plan.id}" in told.why.en
    assert "plan resume" in told.next.en


async def test_an_emergency_is_not_sent_in_rings(stage: Stage) -> None:
    item = await stage.approved(accounts=3)
    with pytest.raises(InvalidInput) as caught:
        await stage.publishing.plan(
            item.id, Selection(), When(zone="UTC"), "m", Priority.EMERGENCY, rings=RingOrder()
        )
    assert caught.value.field == "rings"
    assert await stage.deliveries() == []


async def test_a_plan_of_one_account_has_one_ring(stage: Stage, rings: Rings) -> None:
    plan = await planned(stage, 1)
    await sent(stage, 1)
    await rings.advance()
    assert await shown(rings, plan) == [("passed", 1, 0)]


async def test_two_processes_let_a_ring_go_once(stage: Stage, rings: Rings) -> None:
    plan = await planned(stage)
    await sent(stage, 1)
    other = Rings(database=stage.database, clock=stage.clock)
    await asyncio.gather(rings.advance(), other.advance())
    assert [s for s, _, _ in await shown(rings, plan)] == ["passed", "running", "waiting"]
    told = await stage.database.read(lambda c: read_events(c, subject=plan.plan.id))
    assert [e["kind"] for e in told].count("publishing.ring.passed") == 1


async def test_the_next_ring_goes_as_soon_as_attempts_have_ended(
    stage: Stage, rings: Rings
) -> None:
    plan = await planned(stage)
    dispatcher = stage.dispatcher()
    watch = RingWatch(
        Rings(database=stage.database, clock=stage.clock, on_change=dispatcher.wake), stage.clock
    )
    dispatcher.on_settled = watch.settled
    await watch.look()
    async with running(dispatcher):
        dispatcher.wake()
        await until(lambda: _all_posted(stage, 20))
    await watch.stop()
    await watch.look()
    assert [s for s, _, _ in await shown(rings, plan)] == ["passed"] * 3


async def _all_posted(stage: Stage, count: int) -> bool:
    return len(stage.platform.posts) == count
