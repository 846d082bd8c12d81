"""What was free when a plan was made is asked again when it goes out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, event, select

from hub.organisations.models import Account, Selection
from hub.publishing import ledger
from hub.publishing.admission import Gatekeeper
from hub.publishing.models import Delivery, DeliveryState, Priority, Quota
from hub.publishing.quota.service import Quotas
from hub.publishing.quota.tables import quota_slots
from hub.publishing.timing.models import NewBlackout
from hub.publishing.timing.service import Timing
from scheduler.planner import Planner
from tests.scheduler.stage import Stage, run_once
from tests.scheduler.toys import TOY

S = DeliveryState
DAY = timedelta(days=1)


def one_a_day(stage: Stage) -> None:
    stage.book.held["toy"] = replace(TOY, quotas=(Quota(count=1, period="day"),))


def timing(stage: Stage) -> Timing:
    return Timing(database=stage.database, clock=stage.clock, ids=stage.ids)


async def silence(stage: Stage, start: datetime, end: datetime, **scope: str) -> str:
    new = NewBlackout(
        name="哀悼日",
        starts=start.replace(tzinfo=None),
        ends=end.replace(tzinfo=None),
        zone="UTC",
        **scope,
    )
    return (await timing(stage).declare_blackout(new, actor="office")).blackout.id


@contextmanager
def statements(about: str) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if about in statement:
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_an_account_without_quotas_costs_no_quota_work(stage: Stage) -> None:
    await stage.plan(await stage.approved(accounts=3))
    with statements("quota_slots") as asked:
        await run_once(stage)
    assert len(stage.platform.posts) == 3
    assert asked == []


async def test_a_reserved_slot_is_used(stage: Stage) -> None:
    one_a_day(stage)
    await stage.plan(await stage.approved())
    await run_once(stage)
    assert await stage.states() == ["accepted"]


async def test_what_was_held_over_midnight_does_not_take_the_slot_of_the_next_day(
    stage: Stage,
) -> None:
    """A person releases yesterday's post on a day whose only slot is somebody else's."""
    one_a_day(stage)
    await stage.accounts(1)
    now = stage.clock.now()
    late = DAY * 3
    yesterday = await stage.plan(await stage.approved("一", 0), not_after=now + late)
    [held] = await stage.deliveries()
    await stage.change(held.id, state=S.BLOCKED, reason="outage")
    today = await stage.plan(await stage.approved("二", 0), now + DAY)
    stage.clock.advance(DAY.total_seconds() - 60)
    await stage.let_go(plan_id=yesterday.plan.id)
    await run_once(stage, S.BLOCKED, S.PLANNED)
    found = await stage.delivery(held.id)
    assert (found.state, found.reason) == (S.BLOCKED, "quota-exhausted")
    assert found.next_at == datetime(2026, 3, 3, 16, tzinfo=now.tzinfo), "midnight in Shanghai"
    stage.clock.advance(60)
    await run_once(stage, S.BLOCKED)
    assert [text for _, _, text in stage.platform.posts] == ["二"]
    stage.clock.advance(DAY.total_seconds())
    await run_once(stage)
    assert [text for _, _, text in stage.platform.posts] == ["二", "一"]
    assert {d.plan_id for d in await stage.deliveries()} == {yesterday.plan.id, today.plan.id}


async def test_what_was_held_over_midnight_takes_a_free_slot_of_the_next_day(
    stage: Stage,
) -> None:
    one_a_day(stage)
    await stage.accounts(1)
    now = stage.clock.now()
    await stage.plan(await stage.approved("一", 0), not_after=now + 3 * DAY)
    [held] = await stage.deliveries()
    await stage.change(held.id, state=S.BLOCKED, reason="outage")
    stage.clock.advance(DAY.total_seconds())
    await stage.let_go()
    await run_once(stage)
    rows = await stage.database.read(lambda c: c.execute(select(quota_slots)).all())
    assert [(row.delivery_id, row.starts_at) for row in rows] == [
        (held.id, datetime(2026, 3, 2, 16, tzinfo=now.tzinfo))
    ]


async def test_a_post_that_was_taken_and_removed_is_not_sent_again_on_the_same_day(
    stage: Stage,
) -> None:
    """The platform counted it: a person's retry has to wait for the next day's slot."""
    one_a_day(stage)
    await stage.plan(await stage.approved(), not_after=stage.clock.now() + 3 * DAY)
    await run_once(stage)
    delivery = await stage.delivery()
    await stage.change(state=S.FAILED, error_code="gone")
    await stage.operations.retry(delivery.id, "media")
    await run_once(stage, S.BLOCKED)
    assert (await stage.delivery()).reason == "quota-exhausted"
    assert len(stage.platform.posts) == 1
    stage.clock.advance(DAY.total_seconds())
    await run_once(stage)
    assert len(stage.platform.posts) == 2


async def test_what_a_person_proved_absent_uses_the_slot_it_has(stage: Stage) -> None:
    one_a_day(stage)
    await stage.plan(await stage.approved(), not_after=stage.clock.now() + 3 * DAY)
    delivery = await stage.delivery()
    await stage.change(state=S.UNKNOWN, reason="no-answer", handed_over_at=stage.clock.now())
    stage.clock.advance(3600)
    await stage.operations.resolve(delivery.id, "media", published=False)
    await run_once(stage)
    assert await stage.states() == ["accepted"]


async def test_a_failed_post_whose_slot_another_has_taken_waits_when_it_is_retried(
    stage: Stage,
) -> None:
    one_a_day(stage)
    await stage.accounts(1)
    await stage.plan(await stage.approved("一", 0), not_after=stage.clock.now() + 3 * DAY)
    [failed] = await stage.deliveries()
    await stage.change(state=S.FAILED, error_code="rejected")
    await stage.plan(await stage.approved("二", 0))
    await run_once(stage)
    await stage.operations.retry(failed.id, "media")
    await run_once(stage, S.BLOCKED)
    assert (await stage.delivery(failed.id)).reason == "quota-exhausted"
    assert [text for _, _, text in stage.platform.posts] == ["二"]


async def test_a_clearance_ends_with_the_period(stage: Stage) -> None:
    one_a_day(stage)
    await stage.plan(await stage.approved())
    dispatcher = stage.dispatcher()
    now = stage.clock.now()
    claimed, facts, _ = await dispatcher._claim(1, Priority.ROUTINE)
    [prepared] = dispatcher._intake.check(claimed, facts, now).sendable
    assert prepared.good_until == datetime(2026, 3, 2, 16, tzinfo=now.tzinfo)
    stage.clock.advance(DAY.total_seconds())
    assert await dispatcher._postponed(prepared)
    assert (await stage.delivery()).state is S.READY


async def test_what_is_claimed_before_midnight_for_midnight_keeps_its_own_slot(
    stage: Stage,
) -> None:
    one_a_day(stage)
    await stage.accounts(1)
    midnight = datetime(2026, 3, 2, 16, tzinfo=UTC)
    await stage.plan(await stage.approved("一", 0), midnight)
    [delivery] = await stage.deliveries()
    [account] = await stage.organisations.accounts(Selection())
    gatekeeper = Gatekeeper(Quotas(stage.book))
    before = midnight - timedelta(milliseconds=20)
    clearance = await stage.do(
        lambda tx: gatekeeper.clear(tx, [delivery], {account.id: account}, before)
    )
    assert clearance.good_until == {delivery.id: midnight + DAY}
    rows = await stage.database.read(lambda c: c.execute(select(quota_slots)).all())
    assert [row.starts_at for row in rows] == [midnight]


async def test_nothing_routine_goes_out_in_a_blackout_and_emergencies_do(stage: Stage) -> None:
    await stage.accounts(1)
    now = stage.clock.now()
    await stage.plan(await stage.approved("日常", 0), now + timedelta(hours=1))
    end = now + timedelta(hours=5)
    await silence(stage, now + timedelta(minutes=30), end)
    stage.clock.advance(3601)
    await run_once(stage, S.BLOCKED)
    [held] = await stage.deliveries()
    assert (held.state, held.reason, held.next_at) == (S.BLOCKED, "blackout", end)
    await stage.plan(await stage.approved("洪水", 0), priority=Priority.EMERGENCY)
    await run_once(stage, S.BLOCKED)
    assert [text for _, _, text in stage.platform.posts] == ["洪水"]
    stage.clock.advance(4 * 3600)
    await run_once(stage)
    assert [text for _, _, text in stage.platform.posts] == ["洪水", "日常"]


async def test_a_blackout_that_begins_now_holds_what_is_about_to_go(stage: Stage) -> None:
    now = stage.clock.now()
    await stage.plan(await stage.approved(accounts=2))
    leased = await stage.do(
        lambda tx: ledger.claim(tx, owner="w", now=now, lease_until=now + DAY, limit=1)
    )
    held = await silence(stage, now, now + DAY)
    assert {(d.state, d.reason) for d in await stage.deliveries()} == {(S.BLOCKED, "blackout")}
    starts = [(leased[0], "h", "k")]
    begun = await stage.do(lambda tx: ledger.begin(tx, owner="w", starts=starts, now=now))
    assert begun == set()
    await timing(stage).lift_blackout(held, actor="office")
    await run_once(stage)
    assert len(stage.platform.posts) == 2


async def test_a_recall_goes_out_in_a_blackout(stage: Stage) -> None:
    item = await stage.approved()
    await stage.plan(item)
    await run_once(stage)
    await silence(stage, stage.clock.now(), stage.clock.now() + DAY)
    await stage.recalling.recall(item.id, "leader")
    await run_once(stage)
    assert len(stage.platform.withdrawn) == 1


async def test_a_clearance_ends_where_a_blackout_begins(stage: Stage) -> None:
    now = stage.clock.now()
    await stage.plan(await stage.approved())
    await silence(stage, now + timedelta(minutes=1), now + DAY)
    [delivery] = await stage.deliveries()

    def clear(tx: Any) -> Any:
        accounts: dict[str, Account] = {delivery.account_id: account}
        rows: list[Delivery] = [delivery]
        return Gatekeeper(Quotas(stage.book)).clear(tx, rows, accounts, now)

    [account] = await stage.organisations.accounts(Selection())
    clearance = await stage.do(clear)
    assert clearance.held == {}
    assert clearance.good_until == {delivery.id: now + timedelta(minutes=1)}


async def test_the_planner_books_what_was_sent(stage: Stage) -> None:
    one_a_day(stage)
    await stage.plan(await stage.approved())
    await run_once(stage)

    class Nothing:
        async def plan_ahead(self) -> int:
            return 0

    planner = Planner(stage.database, stage.clock, Nothing())
    await planner.plan_ahead()
    await planner.commit_quotas()
    query = select(quota_slots.c.state)
    assert await stage.database.read(lambda c: c.execute(query).scalar_one()) == "committed"
