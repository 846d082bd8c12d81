"""Media is uploaded hours before it is due, is found by the one who sends, and is never public."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.errors import Words
from hub.kernel.events import read_events
from hub.organisations.models import Selection
from hub.publishing.errors import Busy, Unauthorised
from hub.publishing.models import Plan
from hub.publishing.ports import PREPARED, Job
from hub.publishing.service import When
from scheduler.media import StoredMedia
from scheduler.preflight import Preparation
from tests.scheduler.stage import S, Stage, run_once
from tests.scheduler.toys import ToyPlatform


class Uploading(ToyPlatform):
    """A toy platform with a store of its own; `troubles` come first."""

    def __init__(self) -> None:
        super().__init__()
        self.uploads: list[str] = []
        self.troubles: list[Exception] = []
        self.found: list[Mapping[str, Any]] = []
        self.meanwhile: Any = None

    async def prepare(self, job: Job) -> Mapping[str, Any]:
        if self.troubles:
            raise self.troubles.pop(0)
        if "picture" not in job.progress:
            self.uploads.append(job.delivery_id)
            if self.meanwhile:
                await self.meanwhile()
            await job.checkpoint({**job.progress, "picture": "p1"})
        return {**job.progress, "cover": "c1"}

    async def _answer(self, job: Job) -> Any:
        self.found.append(dict(job.progress))
        return await super()._answer(job)


@pytest.fixture
def platform(stage: Stage) -> Uploading:
    stage.platform = Uploading()
    return stage.platform


@pytest.fixture
def preparation(stage: Stage, platform: Uploading) -> Preparation:
    media = StoredMedia(stage.database)
    return Preparation(stage.database, stage.clock, {"toy": platform}, stage.intake(), media)


async def plan_in(stage: Stage, hours: float, accounts: int = 1) -> Plan:
    item = await stage.approved(f"正文{hours}", accounts=accounts)
    return (await stage.plan(item, stage.clock.now() + timedelta(hours=hours))).plan


async def test_what_is_due_within_a_day_is_uploaded_once_and_nothing_is_published(
    stage: Stage, preparation: Preparation, platform: Uploading
) -> None:
    await plan_in(stage, 23, accounts=3)
    assert [await preparation.look() for _ in range(3)] == [3, 0, 0]
    assert len(platform.uploads) == 3
    assert platform.posts == []
    assert await stage.states() == ["planned"] * 3


async def test_what_is_due_later_or_any_moment_is_left(
    stage: Stage, preparation: Preparation, clock: ManualClock
) -> None:
    await plan_in(stage, 25)
    await plan_in(stage, 1 / 60, accounts=0)
    assert await preparation.look() == 0
    clock.advance(3600 + 1)
    assert await preparation.look() == 1


async def test_who_sends_finds_what_was_uploaded(
    stage: Stage, preparation: Preparation, platform: Uploading, clock: ManualClock
) -> None:
    await plan_in(stage, 2)
    await preparation.look()
    at = clock.now().isoformat()
    clock.advance(2 * 3600)
    await run_once(stage)
    assert platform.found == [{"picture": "p1", "cover": "c1", PREPARED: at}]
    assert len(platform.uploads) == 1


async def test_a_platform_that_is_busy_is_asked_again_later_and_goes_on_where_it_was(
    stage: Stage, preparation: Preparation, platform: Uploading, clock: ManualClock
) -> None:
    await plan_in(stage, 20)
    platform.troubles = [Busy(Words("忙", "busy")), RuntimeError("defect")]
    assert [await preparation.look() for _ in range(2)] == [0, 0]
    clock.advance(1801)
    assert await preparation.look() == 0
    clock.advance(1801)
    assert await preparation.look() == 1


async def test_a_dead_authorisation_is_known_hours_before(
    stage: Stage, preparation: Preparation, platform: Uploading
) -> None:
    await plan_in(stage, 20)
    platform.troubles = [Unauthorised(Words("令牌失效", "the token is dead"))]
    await preparation.look()
    [account] = await stage.organisations.accounts(Selection())
    assert account.needs_reconnecting == "令牌失效"


@pytest.mark.parametrize("interruption", ["cancelled", "sent"])
async def test_what_waits_no_longer_is_not_touched(
    stage: Stage, preparation: Preparation, platform: Uploading, interruption: str
) -> None:
    plan = await plan_in(stage, 20)

    async def meanwhile() -> None:
        if interruption == "cancelled":
            await stage.publishing.cancel("media", plan_id=plan.id)
        else:
            await stage.change(state=S.CLAIMED, fence=1, next_at=plan.due_at)

    platform.meanwhile = meanwhile
    assert await preparation.look() == 0
    assert (await stage.delivery()).progress == {}
    if interruption == "sent":
        await stage.change(state=S.PLANNED)


async def test_a_plan_that_is_moved_keeps_what_was_uploaded(
    stage: Stage, preparation: Preparation, platform: Uploading, clock: ManualClock
) -> None:
    plan = await plan_in(stage, 20)
    await preparation.look()
    wall = (clock.now() + timedelta(hours=10)).replace(tzinfo=None)
    await stage.publishing.reschedule(plan.id, When(zone="UTC", wall=wall), "media")
    assert await preparation.look() == 0
    assert PREPARED in (await stage.delivery()).progress


async def test_an_upload_is_in_the_audit_chain(stage: Stage, preparation: Preparation) -> None:
    await plan_in(stage, 20)
    await preparation.look()
    delivery = await stage.delivery()
    told = await stage.database.read(lambda c: read_events(c, subject=delivery.id))
    assert [row["kind"] for row in told] == ["publishing.delivery.prepared"]


async def test_outlets_that_prepare_nothing_cost_no_query(stage: Stage) -> None:
    media = StoredMedia(stage.database)
    outlets = {"toy": ToyPlatform()}
    assert (
        await Preparation(stage.database, stage.clock, outlets, stage.intake(), media).look() == 0
    )
