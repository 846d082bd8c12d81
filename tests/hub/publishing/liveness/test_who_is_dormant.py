"""The board: who is near the limit of days without an update, and what would suit them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, update

from hub.catalogue.models import Attribute, Item, ItemDraft
from hub.catalogue.tables import items
from hub.kernel.clock import ManualClock
from hub.kernel.meter import NoMeter
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations import store as organisations
from hub.organisations.models import Account, BodyKind, NewAccount, NewBody, Selection
from hub.publishing.liveness.models import Standing
from hub.publishing.liveness.service import Liveness
from hub.publishing.models import DeliveryState, Purpose
from hub.publishing.tables import deliveries
from hub.review.models import ReviewStep
from scheduler.liveness import LivenessWatch
from tests.scheduler.stage import Stage, run_once

DAY = 86_400


@pytest.fixture
def liveness(stage: Stage) -> Liveness:
    return Liveness(
        database=stage.database, clock=stage.clock, channels=stage.book, default_days=14
    )


async def days_of(liveness: Liveness, **asked: Any) -> dict[str, tuple[str, int | None]]:
    board = await liveness.board(**asked)
    return {life.account.name: (life.standing.value, life.days) for life in board.lives}


async def publish(stage: Stage, *accounts: Account, text: str = "正文") -> Item:
    item = await stage.approved(text, accounts=0)
    await stage.plan(item, ids=[account.id for account in accounts])
    await run_once(stage)
    return item


async def test_days_count_from_the_last_update(
    stage: Stage, liveness: Liveness, clock: ManualClock
) -> None:
    one, two = await stage.accounts(2)
    await publish(stage, one, text="一")
    clock.advance(10 * DAY)
    await publish(stage, two, text="二")
    clock.advance(2 * DAY)
    assert await days_of(liveness) == {one.name: ("near", 12)}
    clock.advance(10 * DAY)
    assert await days_of(liveness) == {one.name: ("over", 22), two.name: ("near", 12)}
    board = await liveness.board()
    assert [life.account.name for life in board.lives] == [one.name, two.name]
    assert board.counts == {("toy", "over"): 1, ("toy", "near"): 1}


async def test_who_never_published_is_over(stage: Stage, liveness: Liveness) -> None:
    [account] = await stage.accounts(1)
    assert await days_of(liveness) == {account.name: ("over", None)}


@pytest.mark.parametrize(
    "state",
    [DeliveryState.FAILED, DeliveryState.CANCELLED, DeliveryState.RECALLED, DeliveryState.EXPIRED],
)
async def test_what_is_not_public_is_no_update(
    stage: Stage, liveness: Liveness, state: DeliveryState
) -> None:
    [account] = await stage.accounts(1)
    await publish(stage, account)
    assert await days_of(liveness) == {}
    await stage.change(state=state, error_code="x")
    assert await days_of(liveness) == {account.name: ("over", None)}


async def test_a_planned_post_is_shown_and_does_not_count(
    stage: Stage, liveness: Liveness, clock: ManualClock
) -> None:
    await stage.accounts(1)
    plan = (
        await stage.plan(await stage.approved(accounts=0), clock.now() + timedelta(days=3))
    ).plan
    [life] = (await liveness.board()).lives
    assert (life.standing, life.planned_at) == (Standing.OVER, plan.due_at)


async def test_the_limit_is_the_installation_s_the_account_s_or_the_one_asked_for(
    stage: Stage, liveness: Liveness, clock: ManualClock
) -> None:
    [ordinary] = await stage.accounts(1)
    [strict] = await stage.accounts(1, liveness_days="7")
    [exempt] = await stage.accounts(1, liveness_days="0")
    await publish(stage, ordinary, strict, exempt)
    clock.advance(9 * DAY)
    assert await days_of(liveness) == {strict.name: ("over", 9)}
    assert await days_of(liveness, days=10) == {
        strict.name: ("over", 9),
        ordinary.name: ("near", 9),
    }


async def test_a_board_can_be_of_some_accounts(stage: Stage, liveness: Liveness) -> None:
    one, two = await stage.accounts(2)
    assert set(await days_of(liveness, selection=Selection(ids=(two.id,)))) == {two.name}
    assert set(await days_of(liveness, limit=1)) == {one.name}


# --- what would suit ------------------------------------------------------------------------------


async def offered(liveness: Liveness, **asked: Any) -> dict[str, list[str]]:
    board = await liveness.board(**asked)
    return {life.account.name: [s.item_id for s in life.suggestions] for life in board.lives}


async def test_signed_items_that_an_account_does_not_have_are_offered_newest_first(
    stage: Stage, liveness: Liveness, clock: ManualClock
) -> None:
    one, two = await stage.accounts(2)
    made = []
    for text in ("一", "二", "三"):
        clock.advance(60)
        made.append((await stage.approved(text, accounts=0)).id)
    await stage.plan(await stage.catalogue.get(made[1]), ids=[one.id])
    assert await offered(liveness) == {
        one.name: [made[2], made[0]],
        two.name: [made[2], made[1], made[0]],
    }
    assert await offered(liveness, suggest=1) == {one.name: [made[2]], two.name: [made[2]]}
    assert await offered(liveness, suggest=0) == {one.name: [], two.name: []}


async def test_what_is_not_signed_is_not_offered(stage: Stage, liveness: Liveness) -> None:
    [account] = await stage.accounts(1)
    await stage.item("稿")
    submitted = await stage.submit(await stage.item("送审"))
    await stage.sign(submitted, levels=2)
    assert await offered(liveness) == {account.name: []}
    await stage.review.sign(submitted.id, ReviewStep.SIGN_OFF, "leader", submitted.hash)
    assert await offered(liveness) == {account.name: [submitted.item_id]}


async def test_what_was_edited_expired_repealed_or_recalled_is_not_offered(
    stage: Stage, liveness: Liveness, clock: ManualClock
) -> None:
    [account] = await stage.accounts(1)
    [other] = await stage.accounts(1)
    edited, expired, repealed, early, recalled = [
        await stage.approved(text, accounts=0) for text in "一二三四五"
    ]
    body = (await stage.organisations.body("sc")).id
    draft = ItemDraft(body_id=body, title="通知", body="改", attribute=Attribute.PROACTIVE)
    await stage.catalogue.edit(edited.id, draft, actor="clerk")

    def mark(item: Item, **values: Any) -> Any:
        return stage.do(
            lambda tx: tx.execute(update(items).where(items.c.id == item.id).values(**values))
        )

    await mark(expired, valid_until=date(2026, 3, 1))
    await mark(repealed, validity="repealed")
    await mark(early, valid_from=date(2026, 3, 3))
    await stage.plan(recalled, ids=[other.id])
    await run_once(stage)
    await stage.recalling.recall(recalled.id, "media")
    assert (await offered(liveness))[account.name] == []
    clock.advance(DAY)
    assert (await offered(liveness))[account.name] == [early.id]


async def test_a_city_is_offered_what_its_province_published_and_not_the_other_way_round(
    stage: Stage, liveness: Liveness
) -> None:
    city = NewBody(code="cd", name="成都市人民政府", kind=BodyKind.CITY, parent_code="sc")
    await stage.organisations.import_bodies([city], actor="admin")
    [province] = await stage.accounts(1)
    new = NewAccount(
        channel="toy",
        name="成都",
        handle="cd",
        body_code="cd",
        base_url="https://toy.example",
        credentials={"token": "t"},
    )
    await stage.organisations.add_account(new, actor="admin")
    of_province = await stage.approved(accounts=0)
    board = await liveness.board()
    found = {
        life.account.name: [(s.item_id, s.own) for s in life.suggestions] for life in board.lives
    }
    assert found == {province.name: [(of_province.id, True)], "成都": [(of_province.id, False)]}


async def test_an_edition_of_another_variation_does_not_suit(
    stage: Stage, liveness: Liveness
) -> None:
    [plain] = await stage.accounts(1)
    item = await stage.approved(accounts=0)
    [loud] = await stage.accounts(1, tone="！")
    assert await offered(liveness) == {plain.name: [item.id], loud.name: []}


# --- the cache ------------------------------------------------------------------------------------


class Shown(NoMeter):
    def __init__(self) -> None:
        self.accounts: Any = {}

    def show_liveness(self, accounts: Any) -> None:
        self.accounts = accounts


async def test_what_was_looked_up_is_shown_for_a_quarter_of_an_hour(
    stage: Stage, liveness: Liveness, clock: ManualClock
) -> None:
    [account] = await stage.accounts(1)
    meter = Shown()
    await LivenessWatch(liveness, meter).measure()
    assert meter.accounts == {("toy", "over"): 1}
    at = clock.now()
    await publish(stage, account)
    clock.advance(60)
    assert (await liveness.board()).as_of == at
    assert await days_of(liveness) == {account.name: ("over", None)}
    assert await days_of(liveness, fresh=True) == {}
    clock.advance(900)
    assert await days_of(liveness) == {}
    await LivenessWatch(liveness, meter).measure()
    assert meter.accounts == {("toy", "live"): 1}
    assert await days_of(liveness) == {}


async def test_looking_again_writes_only_what_changed(stage: Stage, liveness: Liveness) -> None:
    if not isinstance(stage.database, SqliteDatabase):
        pytest.skip("counted once is enough")
    accounts = await stage.accounts(30)
    await liveness.refresh()
    rows: list[int] = []
    engine = stage.database._writing
    event.listen(
        engine,
        "after_cursor_execute",
        lambda c, cursor, sql, *more: rows.append(cursor.rowcount) if "liveness" in sql else None,
    )
    await liveness.refresh()
    assert rows == []
    await publish(stage, accounts[3])
    await liveness.refresh()
    assert rows == [1]


@pytest.mark.slow
async def test_a_province_is_looked_up_by_the_index_alone(
    stage: Stage, liveness: Liveness, clock: ManualClock
) -> None:
    """4,000 accounts, 60 posts each of a few: what is not needed is not read."""
    await stage.accounts(1)
    item = await stage.approved(accounts=0)
    plan = (await stage.plan(item, clock.now() + timedelta(days=3))).plan
    [first] = await stage.deliveries()
    body = (await stage.organisations.body("sc")).id
    common = {"channel": "toy", "body_id": body, "base_url": "https://toy.example"}
    made = [Account(id=f"A{n:025}", name=f"{n}", handle=f"n{n}", **common) for n in range(4_000)]
    await stage.do(lambda tx: organisations.insert_accounts(tx, made, clock.now()))
    rows = [
        {
            "id": f"D{n:025}",
            "plan_id": plan.id,
            "edition_id": first.edition_id,
            "account_id": account.id,
            "channel": "toy",
            "part": 0,
            "purpose": Purpose.PUBLISH,
            "state": DeliveryState.VERIFIED,
            "due_at": clock.now() - timedelta(days=n % 28),
            "not_after": clock.now(),
            "handed_over_at": clock.now() - timedelta(days=n % 28),
            "remote_id": "r",
        }
        for n, account in enumerate(made)
    ]
    await stage.do(lambda tx: tx.execute(insert(deliveries), rows))
    board = await liveness.board(limit=1000)
    assert sum(board.counts.values()) == 4_001
    assert board.counts["toy", "over"] == sum(n % 28 >= 14 for n in range(4_000)) + 1
    assert len(board.lives) == 1000
