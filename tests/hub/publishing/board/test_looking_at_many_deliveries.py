"""A board's pages follow one another without gap or repetition, and ask by an index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection

from hub.kernel.clock import CHINA
from hub.organisations.authority.sight import Sight
from hub.publishing.agenda import store as agenda
from hub.publishing.agenda.models import Asked, Mark, mark_of
from hub.publishing.agenda.service import Agendas
from hub.publishing.board import store
from hub.publishing.board.models import GROUPS, MOST, Group, Looked, Page
from hub.publishing.board.service import DeliveryBoard
from hub.publishing.models import DeliveryState
from tests.hub.publishing.test_ledger_at_size import ROWS, caught, explained, fill
from tests.scheduler.stage import Stage

S = DeliveryState
WHOLE = Sight(frozenset(), whole=True)
Ask = Callable[[Connection, Stage], object]


def trouble(connection: Connection, stage: Stage) -> object:
    return store.page_of(connection, Looked(states=GROUPS[Group.TROUBLE]), WHOLE, None)


def coming(connection: Connection, stage: Stage) -> object:
    return store.page_of(connection, Looked(states=GROUPS[Group.COMING]), WHOLE, None)


def of_an_account(connection: Connection, stage: Stage) -> object:
    return store.page_of(connection, Looked(account_id="a7"), WHOLE, None)


def in_trouble_by_day(connection: Connection, stage: Stage) -> object:
    now = stage.clock.now()
    return agenda.marked(connection, Asked(sight=WHOLE), now, now + timedelta(days=30))


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (trouble, "ix_deliveries_halted"),
        (coming, "ix_deliveries_due"),
        (of_an_account, "ix_deliveries_account"),
        (in_trouble_by_day, "ix_deliveries_halted"),
    ],
)
async def test_what_is_looked_for_is_found_by_its_index(stage: Stage, ask: Ask, index: str) -> None:
    await fill(stage)
    with caught() as statements:
        await stage.database.read(lambda c: ask(c, stage))
    plans = [plan for _, plan in await explained(stage, statements)]
    assert any(index in plan for plan in plans), plans


async def page_of(stage: Stage, looked: Looked) -> Page:
    return await stage.database.read(lambda c: store.page_of(c, looked, WHOLE, None))


@pytest.mark.parametrize("group", [Group.TROUBLE, Group.COMING, Group.RUNNING])
async def test_pages_follow_one_another_whole(stage: Stage, group: Group) -> None:
    await fill(stage)
    looked, seen = Looked(states=GROUPS[group], limit=37), list[str]()
    for _ in range(4):
        page = await page_of(stage, looked)
        seen += [line.id for line in page.lines]
        looked = replace(looked, after=page.next)
        if not page.next:
            break
    assert len(seen) == len(set(seen)) == {Group.COMING: 4 * 37}.get(group, len(seen))
    if group is not Group.COMING:
        assert len(seen) == {Group.TROUBLE: 80, Group.RUNNING: 40}[group]
    counts = (await DeliveryBoard(stage.database, stage.clock).standing(WHOLE)).counts
    assert counts.of[S.UNKNOWN] == ROWS // 500
    assert counts.of[S.PLANNED] == MOST


async def test_a_day_s_plans_are_counted_by_how_they_stand(stage: Stage) -> None:
    agendas = Agendas(stage.database, stage.clock, "Asia/Shanghai")
    at = stage.clock.now() + timedelta(days=2)
    await stage.plan(await stage.approved(), at)
    day: date = at.astimezone(CHINA).date()
    days = await agendas.days(Asked(sight=WHOLE), day - timedelta(days=1), 3, 5)
    assert [one.total for one in days] == [0, 1, 0]
    assert days[1].marks[Mark.COMING] == 1
    none = Asked(sight=Sight(frozenset(), whole=False))
    assert not any(one.total for one in await agendas.days(none, day, 1, 5))


def test_a_plan_is_as_well_as_its_worst_delivery() -> None:
    assert mark_of({S.VERIFIED: 9, S.UNKNOWN: 1}) is Mark.TROUBLE
    assert mark_of({S.VERIFIED: 9, S.CANCELLED: 1}) is Mark.OUT
    assert mark_of({S.CANCELLED: 3}) is Mark.STOPPED
    assert mark_of({S.PLANNED: 3, S.CANCELLED: 1}) is Mark.COMING
    assert mark_of({S.PLANNED: 3, S.ACCEPTED: 1}) is Mark.DOING
