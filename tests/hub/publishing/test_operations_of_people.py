"""Retry, resolve and release: what a person may do, and what nobody may."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.errors import Conflict, IllegalTransition, InvalidInput, NotFound
from hub.publishing.models import DeliveryState, Priority, Repeat
from hub.publishing.ports import ABSENT_AT
from tests.scheduler.stage import Stage
from tests.scheduler.toys import TOY

S = DeliveryState
HOUR = timedelta(hours=1)
RETRIABLE = {S.FAILED, S.EXPIRED, S.BLOCKED}


def told(stage: Stage) -> ManualClock:
    assert isinstance(stage.clock, ManualClock)
    return stage.clock


async def one(stage: Stage, state: DeliveryState, **values: object) -> str:
    await stage.plan(await stage.approved())
    given = {"remote_id": "r", "error_code": "e", "error_zh": "错", "reason": "busy"} | values
    await stage.change(state=state, **given)
    return (await stage.delivery()).id


@pytest.mark.parametrize("state", sorted(RETRIABLE))
async def test_a_retry_starts_anew(stage: Stage, state: DeliveryState) -> None:
    delivery_id = await one(stage, state, tries=12, not_after=stage.clock.now() - HOUR)
    await stage.operations.retry(delivery_id, "media")
    found = await stage.delivery()
    assert (found.state, found.tries, found.reason, found.error_zh) == (S.READY, 0, "", "")
    assert found.not_after == stage.clock.now() + HOUR


@pytest.mark.parametrize("state", sorted(set(DeliveryState) - RETRIABLE - {S.UNKNOWN}))
async def test_nothing_else_is_retried(stage: Stage, state: DeliveryState) -> None:
    delivery_id = await one(stage, state)
    with pytest.raises(IllegalTransition):
        await stage.operations.retry(delivery_id, "media")
    assert await stage.states() == [state]


async def test_an_unknown_outcome_is_never_simply_retried(stage: Stage) -> None:
    delivery_id = await one(stage, S.UNKNOWN)
    with pytest.raises(Conflict, match="delivery resolve"):
        await stage.operations.retry(delivery_id, "media")
    assert await stage.states() == ["unknown"]


async def test_a_later_part_is_not_sent_before_the_first(stage: Stage) -> None:
    await stage.plan(await stage.approved("一\n\n二"))
    _, second = await stage.deliveries()
    with pytest.raises(Conflict, match="上一条"):
        await stage.operations.retry(second.id, "media")


async def test_a_person_s_word_settles_what_is_unknown(stage: Stage) -> None:
    await stage.plan(await stage.approved("一\n\n二", accounts=2))
    there, *_ = firsts = [d for d in await stage.deliveries() if d.part == 0]
    absent = firsts[1]
    for delivery in firsts:
        await stage.change(delivery.id, state=S.UNKNOWN, reason="person", progress={"half": 1})
    await stage.operations.resolve(there.id, "media", published=True, remote_id="w-1")
    await stage.operations.resolve(absent.id, "media", published=False)
    found = await stage.delivery(there.id)
    assert (found.state, found.remote_id, found.next_at) == (S.ACCEPTED, "w-1", None)
    told_absent = await stage.delivery(absent.id)
    assert told_absent.state is S.READY
    assert told_absent.progress == {"half": 1, ABSENT_AT: stage.clock.now().isoformat()}
    waiting = {d.account_id: d.state for d in await stage.deliveries() if d.part == 1}
    assert waiting == {there.account_id: S.READY, absent.account_id: S.BLOCKED}


async def test_absence_is_not_believed_while_the_call_may_still_be_carried_out(
    stage: Stage,
) -> None:
    called = stage.clock.now()
    delivery_id = await one(stage, S.UNKNOWN, handed_over_at=called)
    sure = called + TOY.call_timeout + timedelta(seconds=30)
    with pytest.raises(Conflict, match="09:00:50"):
        await stage.operations.resolve(delivery_id, "media", published=False)
    assert await stage.states() == ["unknown"]
    told(stage).advance((sure - called).total_seconds() - 1)
    with pytest.raises(Conflict, match="2026-03-02 09:00:50"):
        await stage.operations.resolve(delivery_id, "media", published=False)
    told(stage).advance(1)
    await stage.operations.resolve(delivery_id, "media", published=False)
    assert await stage.states() == ["ready"]


async def test_what_is_there_may_be_said_at_once(stage: Stage) -> None:
    delivery_id = await one(stage, S.UNKNOWN, handed_over_at=stage.clock.now())
    await stage.operations.resolve(delivery_id, "media", published=True, remote_id="w-1")
    assert await stage.states() == ["accepted"]


async def test_where_a_repeat_is_harmless_nobody_has_to_wait(stage: Stage) -> None:
    stage.book.held["toy"] = replace(TOY, repeat=Repeat.HARMLESS)
    delivery_id = await one(stage, S.UNKNOWN, handed_over_at=stage.clock.now())
    await stage.operations.resolve(delivery_id, "media", published=False)
    assert await stage.states() == ["ready"]


@pytest.mark.parametrize("published", [True, False])
@pytest.mark.parametrize("state", sorted(set(DeliveryState) - {S.UNKNOWN}))
async def test_only_what_is_unknown_is_resolved(
    stage: Stage, state: DeliveryState, published: bool
) -> None:
    delivery_id = await one(stage, state)
    with pytest.raises(Conflict):
        await stage.operations.resolve(
            delivery_id, "media", published=published, remote_id="w" if published else ""
        )
    assert await stage.states() == [state]


@pytest.mark.parametrize(("published", "remote_id"), [(True, ""), (False, "w-1")])
async def test_half_an_answer_settles_nothing(
    stage: Stage, published: bool, remote_id: str
) -> None:
    delivery_id = await one(stage, S.UNKNOWN)
    with pytest.raises(InvalidInput):
        await stage.operations.resolve(
            delivery_id, "media", published=published, remote_id=remote_id
        )
    assert await stage.states() == ["unknown"]


async def test_a_backlog_is_released_urgent_and_newest_first(stage: Stage) -> None:
    await stage.plan(await stage.approved(accounts=4))
    old, new, urgent, other = await stage.deliveries()
    now = stage.clock.now()
    await stage.change(state=S.BLOCKED, reason="outage")
    await stage.change(old.id, due_at=now - HOUR)
    await stage.change(urgent.id, due_at=now - HOUR * 2, priority=int(Priority.EMERGENCY))
    await stage.change(other.id, reason="reconnect")
    released = []
    for _ in range(3):
        assert await stage.let_go(limit=1) == 1
        [ready] = {d.id for d in await stage.deliveries(state="ready")} - set(released)
        released.append(ready)
    assert released == [urgent.id, new.id, old.id]
    assert await stage.let_go() == 0
    assert (await stage.delivery(other.id)).reason == "reconnect"


async def test_one_plan_s_backlog_is_released(stage: Stage) -> None:
    await stage.accounts(1)
    plans = [(await stage.plan(await stage.approved(text, 0))).plan for text in "一二"]
    await stage.change(state=S.BLOCKED, reason="outage")
    assert await stage.let_go(plan_id=plans[1].id) == 1
    assert [d.plan_id for d in await stage.deliveries(state="ready")] == [plans[1].id]


async def test_what_nobody_knows_is_not_found(stage: Stage) -> None:
    for ask in (
        stage.operations.explain("nowhere"),
        stage.operations.retry("nowhere", "media"),
        stage.operations.resolve("nowhere", "media", published=False),
    ):
        with pytest.raises(NotFound):
            await ask
    with pytest.raises(InvalidInput, match="planned"):
        await stage.operations.find(state="perhaps")


async def test_the_explanation_comes_with_account_and_history(stage: Stage) -> None:
    delivery_id = await one(stage, S.READY)
    explained = await stage.operations.explain(delivery_id)
    assert explained.account.name == "账号0000"
    assert explained.attempts == ()
    assert "gongkai run" in explained.next.zh


async def test_a_person_says_whether_an_accepted_post_is_there_that_no_program_can_read(
    stage: Stage,
) -> None:
    delivery_id = await one(stage, S.ACCEPTED, reason="person", next_at=None, error_zh="")
    assert "delivery resolve" in (await stage.operations.explain(delivery_id)).next.en
    await stage.operations.resolve(delivery_id, "media", published=True, remote_id="r-7")
    found = await stage.delivery()
    assert (found.state, found.reason, found.remote_id) == (S.ACCEPTED, "", "r-7")


async def test_an_accepted_post_that_a_person_does_not_find_has_failed(stage: Stage) -> None:
    delivery_id = await one(stage, S.ACCEPTED, reason="person", next_at=None, error_zh="")
    await stage.operations.resolve(delivery_id, "media", published=False)
    found = await stage.delivery()
    assert (found.state, found.reason, found.error_code) == (S.FAILED, "", "gone")


async def test_an_accepted_post_about_which_nothing_is_open_is_not_resolved(stage: Stage) -> None:
    delivery_id = await one(stage, S.ACCEPTED, reason="")
    with pytest.raises(IllegalTransition):
        await stage.operations.resolve(delivery_id, "media", published=False)


async def test_a_part_whose_previous_is_not_out_is_not_retried(stage: Stage) -> None:
    await stage.plan(await stage.approved("一\n\n二"))
    first, second = await stage.deliveries()
    for delivery in (first, second):
        await stage.change(delivery.id, state=S.EXPIRED, reason="too-late")
    with pytest.raises(Conflict):
        await stage.operations.retry(second.id, "media")
    await stage.operations.retry(first.id, "media")
