"""Who gets a quota's slot, who has it, and when it is free again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from hub.kernel.errors import Conflict, InvalidInput
from hub.kernel.events import read_events
from hub.organisations.models import Selection
from hub.publishing.models import DeliveryState, Priority, Quota
from hub.publishing.planning import Planned
from hub.publishing.quota import store
from hub.publishing.quota.models import Period, SlotState
from hub.publishing.quota.tables import quota_slots
from hub.publishing.when import When
from tests.scheduler.stage import Stage
from tests.scheduler.toys import TOY

S = DeliveryState
DAY = timedelta(days=1)
ALL = Selection()


def allow(stage: Stage, *quotas: Quota) -> None:
    stage.book.held["toy"] = replace(TOY, quotas=quotas)


def one_a_day(stage: Stage) -> None:
    allow(stage, Quota(count=1, period="day"))


async def planned(
    stage: Stage, text: str, at: datetime, priority: Priority = Priority.ROUTINE
) -> Planned:
    return await stage.plan(await stage.approved(text, 0), at, priority=priority)


async def standing(stage: Stage) -> list[Period]:
    [account] = await stage.organisations.accounts(ALL)
    return await stage.publishing.quota(account.id)


async def test_a_refusal_names_who_has_the_slot(stage: Stage) -> None:
    one_a_day(stage)
    await stage.accounts(1)
    at = stage.clock.now() + DAY
    holder = await planned(stage, "一", at)
    with pytest.raises(Conflict) as caught:
        await planned(stage, "二", at + timedelta(hours=1))
    told = str(caught.value)
    assert "额度" in told
    assert holder.plan.id in told
    assert "四川省人民政府《通知》" in told
    assert "2026-03-04 00:00" in told, "when there is a new one"


async def test_an_account_without_a_slot_is_left_out_and_the_others_are_planned(
    stage: Stage,
) -> None:
    one_a_day(stage)
    full, _ = await stage.accounts(2)
    at = stage.clock.now() + DAY
    item = await stage.approved("一", 0)
    await stage.plan(item, at, ids=[full.id])
    done = await planned(stage, "二", at)
    assert done.deliveries == 1
    [(account, why)] = done.left_out
    assert (account.id, "额度" in why.zh) == (full.id, True)


async def test_the_periods_and_their_holders_are_listed(stage: Stage) -> None:
    allow(stage, Quota(count=2, period="day"), Quota(count=4, period="month", per="user"))
    await stage.accounts(1)
    done = await planned(stage, "一", stage.clock.now() + DAY)
    today, tomorrow, month = await standing(stage)
    assert (today.left, tomorrow.left, month.left) == (2, 1, 3)
    [holder] = tomorrow.holders
    assert (holder.plan_id, holder.title, holder.slot.no) == (done.plan.id, "通知", 1)
    assert holder.state is SlotState.RESERVED
    assert month.quota.kind == "month/user"
    await stage.change(state=S.UNKNOWN, reason="no-answer")
    assert (await standing(stage))[1].holders[0].state is SlotState.COMMITTED


@pytest.mark.parametrize("state", list(DeliveryState))
async def test_a_slot_is_free_again_exactly_when_its_post_can_no_longer_go_out(
    stage: Stage, state: DeliveryState
) -> None:
    one_a_day(stage)
    await stage.accounts(1)
    at = stage.clock.now() + DAY
    await planned(stage, "一", at)
    sent = state in {S.ACCEPTED, S.VERIFIED, S.RECALLED}
    await stage.change(
        state=state, remote_id="r" if sent else "", error_code="e", reason="busy", next_at=at
    )
    if state in {S.CANCELLED, S.EXPIRED, S.FAILED}:
        assert (await planned(stage, "二", at)).deliveries == 1
    else:
        with pytest.raises(Conflict, match="额度"):
            await planned(stage, "二", at)


@pytest.mark.parametrize("trace", [{"remote_id": "r"}, {"error_code": "gone"}])
async def test_what_the_platform_took_and_removed_has_spent_its_slot(
    stage: Stage, trace: dict[str, str]
) -> None:
    one_a_day(stage)
    await stage.accounts(1)
    at = stage.clock.now() + DAY
    await planned(stage, "一", at)
    await stage.change(**({"state": S.FAILED, "error_code": "e"} | trace))
    with pytest.raises(Conflict, match="额度"):
        await planned(stage, "二", at)


async def test_a_moved_plan_takes_a_slot_there_and_leaves_its_own(stage: Stage) -> None:
    one_a_day(stage)
    await stage.accounts(1)
    first, later = stage.clock.now() + DAY, stage.clock.now() + 2 * DAY
    plan = (await planned(stage, "一", first)).plan
    same_day = When(zone="UTC", wall=(first + timedelta(hours=1)).replace(tzinfo=None))
    await stage.publishing.reschedule(plan.id, same_day, "media")
    await stage.publishing.reschedule(
        plan.id, When(zone="UTC", wall=later.replace(tzinfo=None)), "media"
    )
    assert (await planned(stage, "二", first)).deliveries == 1
    with pytest.raises(Conflict, match="额度"):
        await planned(stage, "三", later)


async def test_a_month_is_counted_as_a_month(stage: Stage) -> None:
    allow(stage, Quota(count=2, period="month"))
    await stage.accounts(1)
    now = stage.clock.now()
    await planned(stage, "一", now + DAY)
    await planned(stage, "二", now + 20 * DAY)
    with pytest.raises(Conflict, match="当月额度"):
        await planned(stage, "三", now + 28 * DAY)
    assert (await planned(stage, "三", now + 31 * DAY)).deliveries == 1


async def test_a_part_is_kept_for_emergencies(stage: Stage) -> None:
    allow(stage, Quota(count=2, period="day", kept=1))
    await stage.accounts(1)
    at = stage.clock.now() + DAY
    await planned(stage, "一", at)
    with pytest.raises(Conflict, match="额度"):
        await planned(stage, "二", at)
    assert (await planned(stage, "三", at, Priority.EMERGENCY)).deliveries == 1


async def test_an_emergency_takes_a_slot_only_when_a_person_says_so(stage: Stage) -> None:
    one_a_day(stage)
    await stage.accounts(1)
    at = stage.clock.now() + DAY
    routine = (await planned(stage, "一", at)).plan
    urgent = await stage.approved("洪水", 0)
    when = When(zone="UTC", wall=at.replace(tzinfo=None))
    with pytest.raises(Conflict, match="额度"):
        await stage.plan(urgent, at, priority=Priority.EMERGENCY)
    with pytest.raises(InvalidInput, match="应急"):
        await stage.publishing.plan(urgent.id, ALL, when, "media", take_slots=True)
    done = await stage.publishing.plan(
        urgent.id, ALL, when, "media", Priority.EMERGENCY, take_slots=True
    )
    [displaced] = [d for d in await stage.deliveries() if d.plan_id == routine.id]
    assert (displaced.state, displaced.reason) == (S.CANCELLED, "displaced")
    assert done.displaced == (displaced.id,)
    told = await stage.database.read(lambda c: read_events(c, subject=routine.id))
    assert told[-1]["kind"] == "publishing.delivery.displaced"
    assert told[-1]["data"] == {"deliveries": [displaced.id], "by": done.plan.id}


async def test_neither_an_emergency_nor_what_has_left_gives_way(stage: Stage) -> None:
    one_a_day(stage)
    await stage.accounts(1)
    at = stage.clock.now() + DAY
    await planned(stage, "一", at, Priority.EMERGENCY)
    urgent = await stage.approved("洪水", 0)
    when = When(zone="UTC", wall=at.replace(tzinfo=None))

    async def take() -> Planned:
        return await stage.publishing.plan(
            urgent.id, ALL, when, "media", Priority.EMERGENCY, take_slots=True
        )

    with pytest.raises(Conflict, match="额度"):
        await take()
    await stage.change(priority=0, state=S.UNKNOWN, reason="no-answer")
    with pytest.raises(Conflict, match="额度"):
        await take()


async def test_the_database_itself_gives_a_slot_once(stage: Stage) -> None:
    one_a_day(stage)
    await stage.accounts(1)
    await planned(stage, "一", stage.clock.now() + DAY)
    await planned(stage, "二", stage.clock.now() + 2 * DAY)
    rows = await stage.database.read(lambda c: c.execute(select(quota_slots)).mappings().all())
    stolen = dict(rows[1]) | {"starts_at": rows[0]["starts_at"]}
    with pytest.raises(IntegrityError):
        await stage.do(lambda tx: tx.execute(insert(quota_slots).values(**stolen)))


async def test_sent_posts_are_booked_as_spent_and_only_they(stage: Stage) -> None:
    allow(stage, Quota(count=5, period="day"))
    await stage.accounts(1)
    now = stage.clock.now()
    for text in "一二三":
        await planned(stage, text, now)
    one, two, _ = await stage.deliveries()
    await stage.change(one.id, state=S.ACCEPTED, remote_id="r")
    await stage.change(two.id, state=S.UNKNOWN, reason="no-answer")
    assert await stage.do(lambda tx: store.commit_spent(tx, now - DAY, now)) == 1
    assert await stage.do(lambda tx: store.commit_spent(tx, now - DAY, now)) == 0
    states = await stage.database.read(
        lambda c: {r.delivery_id: r.state for r in c.execute(select(quota_slots))}
    )
    assert [d for d, state in states.items() if state == "committed"] == [one.id]
