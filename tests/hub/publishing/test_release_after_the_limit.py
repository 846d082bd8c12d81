"""A first release after the statutory limit: a leader says why, or it is refused and recorded."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.catalogue.models import Item
from hub.catalogue.publication import mark_public
from hub.kernel.errors import GongkaiError, InvalidInput
from hub.kernel.events import read_events
from hub.organisations.models import Selection
from hub.publishing.service import Planned, When
from hub.review.determination.models import Matter, Starts
from hub.review.determination.service import Determinations
from hub.review.errors import ClockExpired, WrongRole
from simulators.determining import ordinary
from tests.scheduler.stage import SIGNERS, Stage

LATE = timedelta(hours=2)  # after printing: what Sichuan's rule allows
REASON = "暴雨致机房断电，恢复后即发"


@pytest.fixture
async def item(stage: Stage) -> Item:
    """A government document, printed now and signed at once."""
    await stage.accounts(1)
    return await _signed(stage)


async def _signed(stage: Stage, *, late: str = "") -> Item:
    item = await stage.item()
    printed = ordinary(
        matter=Matter.GOVERNMENT_DOCUMENT, starts=Starts(printed_at=stage.clock.now())
    )
    await Determinations(stage.database, stage.clock).determine(item.id, printed, actor="clerk")
    approval = await stage.submit(await stage.catalogue.get(item.id))
    await stage.sign(approval, 2)
    if late:
        await _pass(stage, LATE)
    step, login, _ = SIGNERS[2]
    await stage.review.sign(approval.id, step, login, approval.hash, late)
    return item


async def _pass(stage: Stage, time: timedelta) -> None:
    stage.clock.advance(time.total_seconds())  # type: ignore[attr-defined]


async def _plan(
    stage: Stage, item: Item, actor: str, reason: str = "", wall: datetime | None = None
) -> Planned:
    when = When(zone="UTC", wall=wall)
    return await stage.publishing.plan(item.id, Selection(), when, actor, reason=reason)


async def _refusals(stage: Stage, item: Item) -> list[tuple[str, str]]:
    kinds = ("review.attempt.refused",)
    told = await stage.database.read(lambda c: read_events(c, subject=item.id, kinds=kinds))
    return [(event["actor"], event["data"]["code"]) for event in told]


async def _said(stage: Stage, plan_id: str, kind: str) -> Any:
    told = await stage.database.read(lambda c: read_events(c, subject=plan_id, kinds=(kind,)))
    return told[-1]["data"].get("late")


async def test_planning_after_the_limit_without_a_reason_is_refused_and_recorded(
    stage: Stage, item: Item
) -> None:
    await _pass(stage, LATE)
    with pytest.raises(ClockExpired) as caught:
        await _plan(stage, item, "leader", "  ")
    assert caught.value.field == "reason"
    assert await stage.deliveries() == []
    assert await _refusals(stage, item) == [("leader", "clock-expired")]


@pytest.mark.parametrize("actor", ["clerk", "media", "nobody"])
async def test_the_reason_is_a_leaders(stage: Stage, item: Item, actor: str) -> None:
    await _pass(stage, LATE)
    with pytest.raises(WrongRole):
        await _plan(stage, item, actor, REASON)
    assert await _refusals(stage, item) == [(actor, "wrong-role")]


async def test_with_a_leaders_reason_it_goes_out_and_the_reason_is_recorded(
    stage: Stage, item: Item
) -> None:
    await _pass(stage, LATE)
    planned = await _plan(stage, item, "leader", f" {REASON} ")
    assert (planned.late, planned.deliveries) == (REASON, 1)
    assert await _said(stage, planned.plan.id, "publishing.plan.made") == REASON
    assert await _refusals(stage, item) == []


async def test_a_plan_for_a_day_after_the_limit_is_as_late(stage: Stage, item: Item) -> None:
    tomorrow = (stage.clock.now() + timedelta(days=1)).replace(tzinfo=None)
    with pytest.raises(ClockExpired):
        await _plan(stage, item, "media", wall=tomorrow)
    assert (await _plan(stage, item, "media")).late == ""


async def test_what_the_leader_wrote_when_signing_late_is_reason_enough(stage: Stage) -> None:
    await stage.accounts(1)
    item = await _signed(stage, late=REASON)
    assert (await _plan(stage, item, "media")).late == REASON


async def test_what_the_public_has_is_released_again_without_a_reason(
    stage: Stage, item: Item
) -> None:
    at = stage.clock.now()
    await stage.do(lambda tx: mark_public(tx, item.id, item.version, at))
    await _pass(stage, LATE)
    assert (await _plan(stage, item, "media")).late == ""


async def test_moving_a_plan_beyond_the_limit_needs_the_reason_as_well(
    stage: Stage, item: Item
) -> None:
    soon = (stage.clock.now() + timedelta(hours=1)).replace(tzinfo=None)
    plan = (await _plan(stage, item, "media", wall=soon)).plan
    later = When(zone="UTC", wall=soon + timedelta(days=1))
    for actor, reason, error in (("media", "", ClockExpired), ("media", REASON, WrongRole)):
        with pytest.raises(error):
            await stage.publishing.reschedule(plan.id, later, actor, reason=reason)
    assert (await stage.publishing.progress(plan.id))[0].due_at == plan.due_at
    assert len(await _refusals(stage, item)) == 2
    assert await stage.publishing.reschedule(plan.id, later, "leader", reason=REASON) == (1, 0)
    assert await _said(stage, plan.id, "publishing.plan.rescheduled") == REASON


async def test_a_reason_too_long_is_no_reason(stage: Stage, item: Item) -> None:
    await _pass(stage, LATE)
    error: type[GongkaiError] = InvalidInput
    with pytest.raises(error):
        await _plan(stage, item, "leader", "迟" * 501)
