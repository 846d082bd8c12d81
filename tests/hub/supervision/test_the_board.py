"""What happened is counted for the body it belongs to, within the period, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, insert

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import InvalidInput
from hub.opinion.cases.tables import case_deadlines, cases
from hub.opinion.signals.tables import signals
from hub.organisations.authority.sight import Sight
from hub.organisations.tables import bodies
from hub.supervision import store
from hub.supervision.models import Name, Period, Tally
from hub.supervision.service import Supervision
from hub.supervision.sums import Counted, Sums

NOW = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)
MONTH = Period(NOW - timedelta(days=29), NOW + timedelta(days=1))
WHOLE = Sight(frozenset(), whole=True)
P, C, D = ("B" * 25 + end for end in "PCD")


def enter(tx: Transaction) -> None:
    tree = ((P, "51", None), (C, "5101", P), (D, "510104", C))
    for own, code, parent in tree:
        tx.execute(
            insert(bodies).values(
                id=own, code=code, name=f"单位{code}", kind="city", region="", parent_id=parent,
                separate_author=False, org_code="",
            )
        )  # fmt: skip


def gap(number: int, body_id: str, at: datetime, kind: str = "unanswered") -> dict[str, object]:
    return {
        "id": f"{number:026}", "channel": "wechat", "external_id": str(number), "kind": kind,
        "title": "", "text": "问", "author": "a", "event_at": at, "received_at": at,
        "body_id": body_id, "item_id": "", "place": "", "url": "", "likes": 0, "dislikes": 0,
        "trust": "verified", "masked": False, "state": "collected",
    }  # fmt: skip


def deadline(number: int, body_id: str, due: datetime, met: datetime | None) -> list[object]:
    own = f"{number:026}"
    case = {
        "id": own, "title": "事", "kind": "complaint", "level": "ordinary", "state": "opened",
        "issue_id": "", "signal_id": "", "body_id": body_id, "joint": [], "reason": "",
        "assessment": "", "disposal": "", "item_id": "", "satisfaction": 0, "review": "",
        "assignee": "",
        "round": 1, "opened_at": due, "opened_by": "x",
    }  # fmt: skip
    clock = {
        "case_id": own, "round": 1, "kind": "answer", "source": "", "explained_zh": "",
        "explained_en": "", "started_at": due, "due_at": due, "met_at": met, "told": "",
    }  # fmt: skip
    return [insert(cases).values(**case), insert(case_deadlines).values(**clock)]


@pytest.fixture
async def stocked(database: Database) -> Database:
    def work(tx: Transaction) -> None:
        enter(tx)
        old, late = NOW - timedelta(days=90), NOW - timedelta(days=2)
        for number, (body_id, at) in enumerate(
            ((P, NOW), (D, NOW), (D, MONTH.since), (C, old), (D, MONTH.until))
        ):
            tx.execute(insert(signals).values(**gap(number, body_id, at)))
        tx.execute(insert(signals).values(**gap(9, D, NOW, kind="message")))
        for number, (body_id, due, met) in enumerate(
            (
                (D, late, late - timedelta(hours=1)),  # in time
                (D, late, late + timedelta(hours=1)),  # late, but done
                (C, late, None),  # overdue
                (C, NOW + timedelta(hours=1), None),  # still runs
                (C, old, None),  # of another period
            )
        ):
            for statement in deadline(number, body_id, due, met):
                tx.execute(statement)  # type: ignore[arg-type]

    await database.write(work, audited=False)
    return database


def of(database: Database) -> Supervision:
    return Supervision(database, ManualClock(NOW), 14)


async def test_a_row_has_what_is_below_its_body(stocked: Database) -> None:
    board = await of(stocked).board(MONTH, WHOLE)
    top, city = board.rows
    assert (top.body.id, top.alone, city.body.id) == (P, True, C)
    assert (top.values[Name.GAPS], city.values[Name.GAPS]) == (1, 2)
    assert board.all[Name.GAPS] == 3
    assert city.values[Name.ANSWERED] == pytest.approx(1 / 3)
    assert city.values[Name.OVERDUE] == 1
    assert city.broken == {Name.ANSWERED, Name.OVERDUE}
    assert top.values[Name.ANSWERED] is None


async def test_one_looks_into_a_body(stocked: Database) -> None:
    board = await of(stocked).board(MONTH, WHOLE, C)
    alone, below = board.rows
    assert (alone.body.id, alone.alone, below.body.id) == (C, True, D)
    assert (alone.values[Name.OVERDUE], below.values[Name.OVERDUE]) == (1, 0)
    assert board.all[Name.GAPS] == 2


async def test_nobody_sees_bodies_out_of_sight(stocked: Database) -> None:
    board = await of(stocked).board(MONTH, Sight(frozenset({D}), whole=False))
    assert [row.body.id for row in board.rows] == [D]
    assert board.all[Name.GAPS] == 2


@pytest.mark.parametrize("days", [0, -3, 400])
async def test_a_period_is_from_a_day_to_a_year(database: Database, days: int) -> None:
    period = Period(NOW, NOW + timedelta(days=days))
    with pytest.raises(InvalidInput) as raised:
        await of(database).board(period, WHOLE)
    assert raised.value.field == "until"


async def test_boards_asked_for_in_the_same_moment_are_counted_once(
    stocked: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = 0
    tallies = store.tallies

    def counting(connection: Connection, period: Period, now: datetime) -> dict[str, Tally]:
        nonlocal counted
        counted += 1
        return tallies(connection, period, now)

    monkeypatch.setattr(store, "tallies", counting)
    supervision = Supervision(stocked, clock, 14)
    leaving = asyncio.ensure_future(supervision.board(MONTH, WHOLE))
    asked = [asyncio.ensure_future(supervision.board(MONTH, WHOLE)) for _ in range(3)]
    await asyncio.sleep(0)
    leaving.cancel()
    first, *others = await asyncio.gather(*asked)
    assert all(one == first for one in others)
    assert counted == 1
    clock.advance(61)
    await supervision.board(MONTH, WHOLE)
    assert counted == 2


async def test_who_looks_gets_what_is_at_hand_while_it_is_counted_anew(
    stocked: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, held = Sums._count, asyncio.Event()

    async def counting(self: Sums, period: Period) -> Counted:
        await held.wait()
        return await count(self, period)

    monkeypatch.setattr(Sums, "_count", counting)
    supervision, begun = Supervision(stocked, clock, 14), clock.now()
    assert await supervision.board_at_hand(MONTH, WHOLE) == (None, True)
    assert supervision.counting(MONTH)
    held.set()
    first = await supervision.board(MONTH, WHOLE)
    assert await supervision.board_at_hand(MONTH, WHOLE) == (first, False)
    held.clear()
    clock.advance(61)
    assert await supervision.board_at_hand(MONTH, WHOLE) == (first, True)
    held.set()
    newer = await supervision.board(MONTH, WHOLE)
    assert (first.at, newer.at) == (begun, begun + timedelta(seconds=61))


async def test_what_took_long_to_count_counts_as_new_for_longer(
    stocked: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tallies = store.tallies

    def slow(connection: Connection, period: Period, now: datetime) -> dict[str, Tally]:
        clock.advance(30)
        return tallies(connection, period, now)

    monkeypatch.setattr(store, "tallies", slow)
    supervision = Supervision(stocked, clock, 14)
    first = await supervision.board(MONTH, WHOLE)
    clock.advance(299)
    assert await supervision.board(MONTH, WHOLE) == first
    clock.advance(2)
    assert (await supervision.board(MONTH, WHOLE)).at > first.at


async def test_a_count_that_failed_is_told_to_who_waits_and_begun_anew_by_the_next(
    stocked: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(connection: Connection, period: Period, now: datetime) -> dict[str, Tally]:
        raise RuntimeError("no more")

    supervision = Supervision(stocked, clock, 14)
    supervision.patience = 60.0
    with monkeypatch.context() as broken:
        broken.setattr(store, "tallies", failing)
        with pytest.raises(RuntimeError, match="no more"):
            await supervision.board_at_hand(MONTH, WHOLE)
    assert (await supervision.board(MONTH, WHOLE)).rows
