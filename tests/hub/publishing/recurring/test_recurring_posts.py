"""Posts that come again: which moments a rule means, and what becomes of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalogue.models import Validity
from hub.catalogue.rules import draft_of
from hub.kernel.errors import Conflict, InvalidInput, NotFound
from hub.organisations.models import Selection
from hub.publishing.errors import UnsignedEdition
from hub.publishing.models import DeliveryState
from hub.publishing.recurring.models import NewRecurrence, Recurrence, RecurrenceState
from hub.publishing.recurring.rules import read_rule
from hub.publishing.recurring.service import AHEAD, Recurrences
from tests.scheduler.stage import Stage, run_once, running
from tests.waiting import until

S = DeliveryState
SHANGHAI = "Asia/Shanghai"
DAILY = "FREQ=DAILY"
START = datetime(2026, 3, 2, 9, 30)
DAY = timedelta(days=1)


@pytest.fixture
def recurrences(stage: Stage) -> Recurrences:
    return Recurrences(
        database=stage.database,
        clock=stage.clock,
        ids=stage.ids,
        planner=stage.publishing.planner,
    )


async def recur(
    stage: Stage, recurrences: Recurrences, rule: str = DAILY, **values: Any
) -> Recurrence:
    item_id = values.pop("item_id", "") or (await stage.approved()).id
    whole = {"selection": Selection(), "starts": START, "zone": SHANGHAI} | values
    return await recurrences.add(NewRecurrence(item_id=item_id, rule=rule, **whole), actor="media")


async def send(stage: Stage, count: int) -> None:
    """Let a dispatcher work until the platform has `count` posts; the others are not due."""

    async def shown() -> bool:
        return len(stage.platform.posts) >= count

    async with running(stage.dispatcher()):
        await until(shown)


def test_a_rule_keeps_its_time_of_day_when_the_clocks_change() -> None:
    rule = read_rule("FREQ=WEEKLY;BYDAY=SU;COUNT=4", datetime(2026, 3, 15, 9), "Europe/Berlin")
    coming = rule.coming(datetime(2026, 3, 15, 9), 9)
    assert [f"{wall:%m-%d %H:%M}" for wall in coming] == [
        "03-15 09:00",
        "03-22 09:00",
        "03-29 09:00",
        "04-05 09:00",
    ]
    assert [rule.instant(wall).hour for wall in coming] == [8, 8, 7, 7]


@given(
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Apia"]),
    hour=st.integers(0, 23),
    day=st.dates(date(2026, 1, 1), date(2029, 12, 31)),
    freq=st.sampled_from(["DAILY", "WEEKLY", "MONTHLY;BYMONTHDAY=-1", "YEARLY"]),
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)),
)
def test_the_next_occurrence_is_never_before_the_moment_that_was_asked_for(
    zone: str, hour: int, day: date, freq: str, moment: datetime
) -> None:
    starts = datetime.combine(day, datetime.min.time()).replace(hour=hour)
    rule = read_rule(f"FREQ={freq}", starts, zone)
    found = rule.from_moment(moment)
    assert found is not None
    assert rule.instant(found) >= moment
    assert (found.hour, found >= starts) == (hour, True)
    following = rule.after(found)
    assert following is not None
    assert rule.instant(following) > rule.instant(found)


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=9",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=-31",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=DAILY;BYSETPOS=2",
        "FREQ=DAILY;UNTIL=tomorrow",
        "DTSTART:20260101T000000",
    ],
)
def test_a_rule_that_means_nothing_is_refused(rule: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_rule(rule, START, SHANGHAI)
    assert caught.value.field == "rule"


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20260304", "03-04"),
        ("20260304T093000", "03-04"),
        ("20260304T092900", "03-03"),
        ("20260304T013000Z", "03-04"),  # 09:30 in Shanghai
    ],
)
def test_until_is_a_day_a_local_time_or_an_instant(until: str, last: str) -> None:
    rule = read_rule(f"RRULE:freq=daily;until={until}", START, SHANGHAI)
    assert f"{rule.coming(START, 99)[-1]:%m-%d}" == last


async def test_the_occurrences_of_a_week_are_planned_once(
    stage: Stage, recurrences: Recurrences
) -> None:
    one = await recur(stage, recurrences)
    assert await recurrences.plan_ahead() == AHEAD.days
    assert await recurrences.plan_ahead() == 0
    found = await stage.deliveries()
    shown = [d.due_at.astimezone(ZoneInfo(SHANGHAI)) for d in found]
    assert [f"{at:%m-%d %H:%M}" for at in shown] == [f"03-0{n} 09:30" for n in range(2, 9)]
    assert found[0].occurrence == "20260302T0130Z"
    assert len({d.edition_id for d in found}) == 1
    stage.clock.advance(DAY.total_seconds())
    assert await recurrences.plan_ahead() == 1
    shown_one = await recurrences.show(one.id)
    assert (len(shown_one.occurrences), shown_one.coming[0]) == (8, datetime(2026, 3, 10, 9, 30))


async def test_every_occurrence_is_sent_once_and_recalled_alone(
    stage: Stage, recurrences: Recurrences
) -> None:
    item = await stage.approved("一\n\n二")
    await recur(stage, recurrences, "FREQ=DAILY;COUNT=2", item_id=item.id)
    await recurrences.plan_ahead()
    stage.clock.advance(3600)
    await send(stage, 2)
    assert [text for _, _, text in stage.platform.posts] == ["一", "二"]
    stage.clock.advance(DAY.total_seconds())
    await run_once(stage)
    assert [text for _, _, text in stage.platform.posts] == ["一", "二", "一", "二"]
    await stage.recalling.recall(item.id, "leader")
    await run_once(stage)
    assert sorted(stage.platform.withdrawn) == ["r-1", "r-2", "r-3", "r-4"]
    assert {d.state for d in await stage.deliveries()} == {S.RECALLED, S.VERIFIED}


async def test_count_is_the_end(stage: Stage, recurrences: Recurrences) -> None:
    one = await recur(stage, recurrences, "FREQ=DAILY;COUNT=3")
    assert await recurrences.plan_ahead() == 3
    found = (await recurrences.show(one.id)).recurrence
    assert (found.state, found.next_at) == (RecurrenceState.ENDED, None)


async def test_the_items_validity_is_the_end(stage: Stage, recurrences: Recurrences) -> None:
    await stage.accounts(1)
    item = await stage.item()
    draft = replace(draft_of(item), valid_until=date(2026, 3, 4))
    await stage.catalogue.edit(item.id, draft, actor="clerk")
    await stage.sign(await stage.submit(item))
    one = await recur(stage, recurrences, item_id=item.id)
    assert await recurrences.plan_ahead() == 3
    found = (await recurrences.show(one.id)).recurrence
    assert (found.state, "有效期" in found.trouble_zh) == (RecurrenceState.ENDED, True)


async def test_what_is_repealed_does_not_come_again(stage: Stage, recurrences: Recurrences) -> None:
    item = await stage.approved()
    one = await recur(stage, recurrences, item_id=item.id)
    await stage.catalogue.set_validity(item.id, Validity.REPEALED, actor="clerk", basis="清理结果")
    assert await recurrences.plan_ahead() == 0
    assert (await recurrences.show(one.id)).recurrence.state is RecurrenceState.ENDED


async def test_an_edit_stops_it_until_three_people_have_signed_again(
    stage: Stage, recurrences: Recurrences
) -> None:
    item = await stage.approved()
    one = await recur(stage, recurrences, item_id=item.id)
    await stage.catalogue.edit(item.id, replace(draft_of(item), body="改过"), actor="clerk")
    assert await recurrences.plan_ahead() == 0
    assert (await recurrences.show(one.id)).recurrence.trouble_zh
    stage.clock.advance(2 * DAY.total_seconds())
    await recurrences.plan_ahead()
    skipped = (await recurrences.show(one.id)).occurrences
    assert [(o.plan_id, bool(o.reason_zh)) for o in skipped] == [("", True), ("", True)]
    await stage.sign(await stage.submit(item))
    assert await recurrences.plan_ahead() == AHEAD.days
    found = await recurrences.show(one.id)
    assert found.recurrence.trouble_zh == ""


async def test_an_outage_is_not_made_up_for(stage: Stage, recurrences: Recurrences) -> None:
    one = await recur(stage, recurrences)
    stage.clock.advance(30 * DAY.total_seconds())
    assert await recurrences.plan_ahead() == AHEAD.days
    assert all(d.due_at > stage.clock.now() for d in await stage.deliveries())
    assert len((await recurrences.show(one.id)).occurrences) == 20
    assert "错过" in (await recurrences.show(one.id)).occurrences[-1].reason_zh


async def test_the_same_post_does_not_come_twice_at_one_moment(
    stage: Stage, recurrences: Recurrences
) -> None:
    item = await stage.approved()
    await recur(stage, recurrences, "FREQ=DAILY;COUNT=1", item_id=item.id)
    other = await recur(stage, recurrences, "FREQ=DAILY;COUNT=2", item_id=item.id)
    assert await recurrences.plan_ahead() == 1
    assert "已排给此账号" in (await recurrences.show(other.id)).recurrence.trouble_zh
    assert len(await stage.deliveries()) == 1
    assert (await stage.plan(item)).deliveries == 1, "once by itself, beside the recurrence"
    with pytest.raises(Conflict, match="已排给此账号"):
        await stage.plan(item)


async def test_stopping_cancels_what_has_not_left(stage: Stage, recurrences: Recurrences) -> None:
    one = await recur(stage, recurrences)
    await recurrences.plan_ahead()
    stage.clock.advance(3600)
    await send(stage, 1)
    assert len(await recurrences.stop(one.id, actor="media")) == AHEAD.days - 1
    assert sorted(set(await stage.states())) == ["accepted", "cancelled"]
    stage.clock.advance(9 * DAY.total_seconds())
    assert await recurrences.plan_ahead() == 0
    with pytest.raises(Conflict, match="已停止"):
        await recurrences.stop(one.id, actor="media")
    with pytest.raises(NotFound):
        await recurrences.show("nothing")


async def test_nothing_recurs_that_three_people_have_not_signed(
    stage: Stage, recurrences: Recurrences
) -> None:
    await stage.accounts(1)
    item = await stage.item()
    await stage.sign(await stage.submit(item), 2)
    with pytest.raises(UnsignedEdition):
        await recur(stage, recurrences, item_id=item.id)
    with pytest.raises(InvalidInput, match="不再有下一次"):
        await recur(stage, recurrences, "FREQ=DAILY;UNTIL=20260101")
    assert await recurrences.all() == []
