"""A recall on a scripted platform: withdrawn, marked, or told what to do."""

from __future__ import annotations

from datetime import timedelta

from hub.kernel.errors import Words
from hub.publishing.models import DeliveryState
from tests.scheduler.stage import Stage, run_once
from tests.scheduler.toys import MUTE

S = DeliveryState
SAID = Words("出错", "it failed")
HOUR = timedelta(hours=1)


async def test_a_recall_withdraws_and_marks_the_original(stage: Stage) -> None:
    item = await stage.approved(accounts=2)
    await stage.plan(item)
    await run_once(stage)
    assert (await stage.recalling.recall(item.id, "leader")).deliveries == 2
    await run_once(stage)
    assert sorted(stage.platform.withdrawn) == ["r-1", "r-2"]
    assert sorted(await stage.states()) == ["recalled", "recalled", "verified", "verified"]


async def test_an_item_planned_again_after_a_cancellation_is_recalled_right(stage: Stage) -> None:
    item = await stage.approved()
    plan = (await stage.plan(item, stage.clock.now() + HOUR)).plan
    await stage.publishing.cancel("media", plan_id=plan.id)
    await stage.plan(item)
    await run_once(stage)
    await stage.recalling.recall(item.id, "leader")
    await run_once(stage)
    assert stage.platform.withdrawn == ["r-1"]
    assert sorted(await stage.states()) == ["cancelled", "recalled", "verified"]


async def test_a_channel_that_cannot_delete_says_what_to_do(stage: Stage) -> None:
    """A recall that comes to the dispatcher all the same, because its post was not settled when
    it was ordered, ends with advice."""
    item = await stage.approved()
    await stage.plan(item)
    await run_once(stage)
    await stage.recalling.recall(item.id, "leader")
    stage.platform.declaration = MUTE
    await run_once(stage)
    original, recall = await stage.deliveries()
    assert (original.state, recall.state) == (S.ACCEPTED, S.FAILED)
    assert "人工" in recall.error_zh
    assert stage.platform.withdrawn == []
