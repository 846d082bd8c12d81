"""A board's pages follow one another without gap or repetition, and ask by an index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from hub.kernel.clock import CHINA
from hub.organisations.authority.sight import Sight
from hub.organisations.tables import accounts
from hub.publishing.agenda import store as agenda
from hub.publishing.agenda.models import Asked, Mark, mark_of
from hub.publishing.agenda.service import Agendas
from hub.publishing.board import store
from hub.publishing.board.models import GROUPS, MOST, Group, Looked, Page
from hub.publishing.board.service import DeliveryBoard
from hub.publishing.models import DeliveryState
from hub.publishing.tables import deliveries
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


def coming_of_a_body(connection: Connection, stage: Stage) -> object:
    return store.count_by_state(connection, Sight(frozenset({"b"}), whole=False))


def coming_of_a_few(connection: Connection, stage: Stage) -> object:
    looked, sight = Looked(states=GROUPS[Group.COMING]), Sight(frozenset({"b"}), whole=False)
    return store.page_of(connection, looked, sight, ["a7", "a70"])


def in_trouble_by_day(connection: Connection, stage: Stage) -> object:
    now = stage.clock.now()
    return agenda.marked(connection, Asked(sight=WHOLE), now, now + timedelta(days=30))


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (trouble, "ix_deliveries_halted"),
        (coming, "ix_deliveries_due"),
        (coming_of_a_body, "ix_deliveries_coming"),
        (coming_of_a_few, "ix_deliveries_coming"),
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


@pytest.mark.parametrize("states", [(), GROUPS[Group.COMING]])
async def test_pages_of_a_few_accounts_are_those_of_all_of_them(
    stage: Stage, states: tuple[DeliveryState, ...]
) -> None:
    await fill(stage)

    def look(connection: Connection) -> tuple[list[str], list[str]]:
        rows = connection.execute(
            select(accounts.c.id, accounts.c.body_id).order_by(accounts.c.id).limit(90)
        ).all()
        few, sight = [row.id for row in rows], Sight(frozenset({rows[0].body_id}), whole=False)
        wanted = select(deliveries.c.id).where(deliveries.c.account_id.in_(few))
        if states:
            wanted = wanted.where(deliveries.c.state.in_(states))
        key = (deliveries.c.due_at, deliveries.c.id)
        if states != GROUPS[Group.COMING]:
            key = (deliveries.c.due_at.desc(), deliveries.c.id.desc())
        expected = list(connection.execute(wanted.order_by(*key)).scalars())
        looked, seen = Looked(states=states, limit=7), list[str]()
        for _ in range(4):
            page = store.page_of(connection, looked, sight, few)
            seen += [line.id for line in page.lines]
            looked = replace(looked, after=page.next)
            if not page.next:
                break
        return expected, seen

    expected, seen = await stage.database.read(look)
    assert seen
    assert seen == expected[: 4 * 7]


async def test_the_day_on_which_a_clock_is_put_forward_is_counted_whole(stage: Stage) -> None:
    agendas = Agendas(stage.database, stage.clock, "Europe/Berlin")
    first = date(2027, 3, 27)  # the clock is put forward on the 28th
    for day, hour in ((27, 22), (27, 23), (28, 21), (28, 22)):  # UTC; midnight is 23:00, then 22:00
        at = datetime(2027, 3, day, hour, 30, tzinfo=UTC)
        await stage.plan(await stage.approved(), at)
    days = await agendas.days(Asked(sight=WHOLE), first, 3, 5)
    assert [one.total for one in days] == [1, 2, 1]


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
