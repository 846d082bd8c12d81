"""Limits are told of once at each level, through the outbox that incidents use."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.kernel.database import Database
from hub.kernel.events import read_events
from hub.publishing.incidents.tables import alerts
from hub.publishing.reminders.service import Reminders
from hub.publishing.reminders.store import first_published
from hub.review.clocks.models import Standing, Thresholds
from hub.review.clocks.service import Clocks
from hub.review.determination.models import Matter, Starts
from hub.review.determination.service import Determinations
from hub.review.models import ReviewStep
from scheduler.reminding import Reminding
from simulators.determining import ordinary
from tests.scheduler.stage import Stage, run_once


@pytest.fixture
def reminders(stage: Stage) -> Reminders:
    return Reminders(
        database=stage.database,
        clock=stage.clock,
        ids=stage.ids,
        thresholds=Thresholds(),
        emergency_step=timedelta(minutes=30),
        alerting=True,
    )


@pytest.fixture
def clocks(stage: Stage) -> Clocks:
    return Clocks(
        database=stage.database,
        clock=stage.clock,
        thresholds=Thresholds(),
        published=first_published,
    )


async def levels(database: Database, subject: str) -> list[str]:
    kinds = ("publishing.reminder.told",)
    told = await database.read(lambda c: read_events(c, subject=subject, kinds=kinds))
    return [event["data"]["level"] for event in told]


async def titles(database: Database) -> list[str]:
    found = await database.read(lambda c: c.execute(select(alerts).order_by(alerts.c.id)).all())
    assert all(row.kind == "reminder" and row.incident_id is None for row in found)
    return [row.title.split("：")[0] for row in found]


async def printed(stage: Stage) -> str:
    """A document of the government that was printed just now."""
    item = await stage.item()
    document = ordinary(
        matter=Matter.GOVERNMENT_DOCUMENT, starts=Starts(printed_at=stage.clock.now())
    )
    await Determinations(stage.database, stage.clock).determine(item.id, document, actor="clerk")
    return item.id


async def test_each_level_is_told_once_and_the_highest_is_alerted(
    stage: Stage, reminders: Reminders, clocks: Clocks
) -> None:
    item = await printed(stage)
    assert await reminders.look() == 0
    for hours, so_far in ((1, 1), (0.5, 1), (0.5, 2), (4, 3), (20, 4), (30, 4)):
        stage.clock.advance(hours * 3_600)
        await Reminding(reminders).look()
        assert await reminders.look() == 0
        assert len(await levels(stage.database, item)) == so_far
    assert await levels(stage.database, item) == [
        "warning",
        "section-head",
        "leader",
        "disclosure-office",
    ]
    assert len(await titles(stage.database)) == 4
    [shown] = await clocks.list(standings=[Standing.EXPIRED])
    assert shown.item_id == item


async def test_after_an_outage_only_the_highest_level_is_alerted(
    stage: Stage, reminders: Reminders
) -> None:
    item = await printed(stage)
    stage.clock.advance(3 * 86_400)
    assert await reminders.look() == 4
    assert len(await levels(stage.database, item)) == 4
    assert await titles(stage.database) == ["超期，报政务公开办"]


async def test_another_start_is_another_limit(stage: Stage, reminders: Reminders) -> None:
    item = await printed(stage)
    stage.clock.advance(3_600)
    assert await reminders.look() == 1
    determinations = Determinations(stage.database, stage.clock)
    moved = Starts(printed_at=stage.clock.now())
    await determinations.start(item, moved, actor="clerk", reason="原登记有误")
    stage.clock.advance(1_800)
    assert await reminders.look() == 0
    stage.clock.advance(1_800)
    assert await reminders.look() == 1


async def test_what_is_published_stops_its_clock(
    stage: Stage, reminders: Reminders, clocks: Clocks
) -> None:
    await stage.accounts(1)
    item = await printed(stage)
    stage.clock.advance(60)
    await stage.sign(await stage.submit(await stage.catalogue.get(item)))
    await stage.plan(await stage.catalogue.get(item))
    await run_once(stage)
    assert (await clocks.explain(item)).standing is Standing.MET
    stage.clock.advance(3 * 86_400)
    assert await reminders.look() == 0
    assert await clocks.list() == []


async def test_the_next_signer_of_an_emergency_is_told_and_the_leader_when_it_takes_long(
    stage: Stage, reminders: Reminders
) -> None:
    await stage.accounts(1)
    approval = await stage.submit(await stage.item())
    await stage.review.mark_emergency(approval.id, "clerk", "洪水预警")
    assert await reminders.look() == 1
    assert await reminders.look() == 0
    stage.clock.advance(1_800)
    assert await reminders.look() == 1
    await stage.review.sign(approval.id, ReviewStep.DRAFT_CHECK, "clerk", approval.hash)
    assert await reminders.look() == 1
    assert await levels(stage.database, approval.id) == ["warning", "leader", "warning"]
    assert (await titles(stage.database))[-1] == "紧急签批待审核"


async def test_a_look_that_nobody_takes_is_told_of(stage: Stage, reminders: Reminders) -> None:
    await stage.accounts(1)
    approval = await stage.submit(await stage.item())
    await stage.review.mark_emergency(approval.id, "clerk", "洪水预警")
    await stage.sign(approval)
    assert await reminders.look() == 0
    stage.clock.advance(4 * 86_400)
    assert await reminders.look() == 1
    assert await levels(stage.database, approval.id) == ["disclosure-office"]
