"""Posting times: which comes next, who gets it; blackouts: what is refused and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.calendar import UnknownCalendar
from hub.kernel.clock import instant_of_rule
from hub.kernel.errors import Conflict, InvalidInput, NotFound
from hub.organisations.models import BodyKind, NewAccount, NewBody, Selection
from hub.publishing.models import DeliveryState, Priority, Quota
from hub.publishing.planning import Planned
from hub.publishing.timing.models import Days, NewBlackout, NewPostingTime, PostingTime
from hub.publishing.timing.rules import minute_of, upcoming
from hub.publishing.timing.service import Declared, Timing
from hub.publishing.when import When
from tests.scheduler.stage import Stage
from tests.scheduler.toys import TOY

S = DeliveryState
DAY = timedelta(days=1)
SHANGHAI = "Asia/Shanghai"


@pytest.fixture
def timing(stage: Stage) -> Timing:
    return Timing(database=stage.database, clock=stage.clock, ids=stage.ids)


def posting_time(clock: str, zone: str = SHANGHAI, **values: Any) -> PostingTime:
    chosen = {"weekdays": (1, 2, 3, 4, 5, 6, 7), "days": Days.ANY} | values
    return PostingTime(
        id="t", account_id="a", group="", minute=minute_of(clock), zone=zone, **chosen
    )


def walls(times: list[PostingTime], after: datetime, count: int) -> list[str]:
    coming = upcoming(times, after)
    return [f"{next(coming).wall:%m-%d %H:%M}" for _ in range(count)]


def test_make_up_days_are_workdays_and_holidays_are_not() -> None:
    times = [posting_time("09:00", days=Days.WORKDAYS)]
    eve = datetime(2026, 9, 29, 12, tzinfo=UTC)
    assert walls(times, eve, 4) == ["09-30 09:00", "10-08 09:00", "10-09 09:00", "10-10 09:00"]


def test_a_workday_of_an_unknown_year_is_refused_and_any_day_is_not() -> None:
    last = datetime(2026, 12, 31, 12, tzinfo=UTC)
    with pytest.raises(UnknownCalendar, match="2027"):
        next(upcoming([posting_time("09:00", days=Days.WORKDAYS)], last))
    assert walls([posting_time("09:00")], last, 1) == ["01-01 09:00"]


def test_times_of_several_zones_come_in_the_order_of_their_moments() -> None:
    times = [posting_time("09:00"), posting_time("09:00", "Asia/Urumqi")]
    after = datetime(2026, 3, 2, 0, tzinfo=UTC)
    found = [next(coming) for coming in [upcoming(times, after)] for _ in range(3)]
    assert [slot.zone for slot in found] == [SHANGHAI, "Asia/Urumqi", SHANGHAI]
    assert found == sorted(found)


ZONES = sorted(available_timezones() - {"localtime", "Factory"})


@given(
    zone=st.sampled_from(ZONES),
    minute=st.integers(0, 24 * 60 - 1),
    after=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
)
def test_a_posting_time_is_the_same_by_the_clocks_of_any_zone_on_every_day(
    zone: str, minute: int, after: datetime
) -> None:
    clock = f"{minute // 60:02}:{minute % 60:02}"
    coming = upcoming([posting_time(clock, zone)], after)
    slots = [next(coming) for _ in range(10)]
    assert slots[0].at > after
    assert all(a.at < b.at for a, b in pairwise(slots))
    info = ZoneInfo(zone)
    for slot in slots:
        shown = slot.at.astimezone(info).replace(tzinfo=None)
        exists = slot.wall.replace(tzinfo=info).astimezone(UTC).astimezone(info)
        if exists.replace(tzinfo=None) == slot.wall:
            assert shown == slot.wall, "a time that exists is met exactly"
        else:
            assert shown > slot.wall, "a time that is skipped comes after the gap"
        assert slot.at == instant_of_rule(slot.wall, zone)


def test_summer_time_moves_the_instant_and_not_the_clock() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    coming = upcoming(
        [posting_time("02:30", "Europe/Berlin")], datetime(2026, 3, 27, 12, tzinfo=UTC)
    )
    shown = [next(coming).at.astimezone(berlin).strftime("%d %H:%M") for _ in range(3)]
    assert shown == ["28 02:30", "29 03:30", "30 02:30"]


# --- the next free slot ---------------------------------------------------------------------


async def next_slot(stage: Stage, text: str, **when: Any) -> Planned:
    item = await stage.approved(text, 0)
    wanted = When(zone=SHANGHAI, next_slot=True, **when)
    return await stage.publishing.plan(item.id, Selection(), wanted, "media")


async def at_nine(timing: Timing, account_id: str, **values: Any) -> PostingTime:
    new = NewPostingTime(account_id=account_id, minute=9 * 60, zone=SHANGHAI, **values)
    return await timing.add_posting_time(new, actor="media")


async def dues(stage: Stage) -> list[str]:
    found = [d.due_at.astimezone(ZoneInfo(SHANGHAI)) for d in await stage.deliveries()]
    return [f"{at:%m-%d %H:%M}" for at in found]


async def test_each_plan_gets_the_next_free_slot(stage: Stage, timing: Timing) -> None:
    [account] = await stage.accounts(1)
    await at_nine(timing, account.id)  # it is 09:00 on March 2 now
    await stage.plan(await stage.approved("占位", 0), stage.clock.now() + DAY)
    first, second = await next_slot(stage, "一"), await next_slot(stage, "二")
    assert (first.plan.wall_time, first.plan.zone) == ("2026-03-04T09:00:00", SHANGHAI)
    assert second.plan.wall_time == "2026-03-05T09:00:00"
    await stage.publishing.cancel("media", plan_id=first.plan.id)
    assert (await next_slot(stage, "三")).plan.wall_time == "2026-03-04T09:00:00"
    free = await timing.free_slots(account.id, 2)
    assert [f"{slot.wall:%m-%d}" for slot in free] == ["03-06", "03-07"]


async def test_a_slot_that_was_left_by_a_move_is_free_again(stage: Stage, timing: Timing) -> None:
    [account] = await stage.accounts(1)
    await at_nine(timing, account.id)
    plan = (await next_slot(stage, "一")).plan
    later = When(zone=SHANGHAI, wall=datetime(2026, 3, 20, 15))
    await stage.publishing.reschedule(plan.id, later, "media")
    assert (await next_slot(stage, "二")).plan.wall_time == plan.wall_time


async def test_every_account_has_its_own_slots(stage: Stage, timing: Timing) -> None:
    one, two, none = await stage.accounts(3)
    await at_nine(timing, one.id)
    evening = NewPostingTime(account_id=two.id, minute=18 * 60, zone=SHANGHAI)
    await timing.add_posting_time(evening, actor="media")
    done = await next_slot(stage, "一")
    assert sorted(await dues(stage)) == ["03-02 18:00", "03-03 09:00"]
    assert [(account.id, "时段" in why.zh) for account, why in done.left_out] == [(none.id, True)]


async def test_a_group_gives_times_to_accounts_that_have_none(stage: Stage, timing: Timing) -> None:
    one, two = await stage.accounts(2)
    rule = Selection(channels=("toy",))
    await stage.organisations.add_group("早间", actor="admin", rule=rule)
    new = NewPostingTime(group="早间", minute=8 * 60, zone=SHANGHAI)
    await timing.add_posting_time(new, actor="media")
    await at_nine(timing, two.id)
    await next_slot(stage, "一")
    found = {d.account_id: d.due_at.hour for d in await stage.deliveries()}
    assert found == {one.id: 0, two.id: 1}, "in UTC"


async def test_a_slot_lies_outside_blackouts_and_full_days(stage: Stage, timing: Timing) -> None:
    stage.book.held["toy"] = TOY.__class__(
        **{f: getattr(TOY, f) for f in TOY.__dataclass_fields__}
        | {"quotas": (Quota(count=1, period="day"),)}
    )
    [account] = await stage.accounts(1)
    await at_nine(timing, account.id)
    await silence(timing, datetime(2026, 3, 3), datetime(2026, 3, 5))
    await stage.plan(
        await stage.approved("占位", 0), datetime(2026, 3, 5, 9, tzinfo=UTC)
    )  # 17:00 on the 5th spends that day's quota
    assert (await next_slot(stage, "一")).plan.wall_time == "2026-03-06T09:00:00"


async def test_no_slot_before_the_latest_time_is_a_refusal(stage: Stage, timing: Timing) -> None:
    [account] = await stage.accounts(1)
    await at_nine(timing, account.id)
    with pytest.raises(Conflict, match="最晚发布时间之前"):
        await next_slot(stage, "一", not_after=stage.clock.now() + timedelta(hours=3))
    assert await stage.deliveries() == []


async def test_an_unknown_calendar_is_a_refusal_with_its_reason(
    stage: Stage, timing: Timing
) -> None:
    [account] = await stage.accounts(1)
    await at_nine(timing, account.id, days=Days.WORKDAYS)
    with pytest.raises(Conflict, match="不知道 2027 年"):
        await next_slot(stage, "一", wall=datetime(2026, 12, 31, 12))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"account_id": "", "minute": 1}, "account"),
        ({"minute": 1440}, "time"),
        ({"weekdays": (0,)}, "weekday"),
        ({"weekdays": ()}, "weekday"),
        ({"zone": "Mars"}, "zone"),
    ],
)
async def test_an_impossible_posting_time_is_refused(
    timing: Timing, values: dict[str, Any], field: str
) -> None:
    whole = {"account_id": "a", "minute": 0, "zone": SHANGHAI} | values
    with pytest.raises(InvalidInput) as caught:
        await timing.add_posting_time(NewPostingTime(**whole), actor="media")
    assert caught.value.field == field
    with pytest.raises(InvalidInput):
        minute_of("25:00")
    with pytest.raises(NotFound):
        await timing.remove_posting_time("nothing", actor="media")


# --- blackouts ------------------------------------------------------------------------------


async def silence(timing: Timing, start: datetime, end: datetime, **scope: str) -> Declared:
    new = NewBlackout(name="哀悼日", starts=start, ends=end, zone=SHANGHAI, **scope)
    return await timing.declare_blackout(new, actor="office")


async def test_planning_into_a_blackout_is_refused_with_the_next_possible_time(
    stage: Stage, timing: Timing
) -> None:
    await silence(timing, datetime(2026, 3, 3), datetime(2026, 3, 4))
    await silence(timing, datetime(2026, 3, 4), datetime(2026, 3, 5))
    item = await stage.approved()
    at = stage.clock.now() + DAY
    with pytest.raises(Conflict, match="最早可排 2026-03-05 00:00"):
        await stage.plan(item, at)
    assert (await stage.plan(item, at, priority=Priority.EMERGENCY)).deliveries == 1


async def test_moving_into_a_blackout_is_refused(stage: Stage, timing: Timing) -> None:
    plan = (await stage.plan(await stage.approved(), stage.clock.now() + timedelta(hours=1))).plan
    await silence(timing, datetime(2026, 3, 3), datetime(2026, 3, 4))
    when = When(zone=SHANGHAI, wall=datetime(2026, 3, 3, 9))
    with pytest.raises(Conflict, match="静默期"):
        await stage.publishing.reschedule(plan.id, when, "media")


async def test_a_blackout_of_a_body_or_channel_leaves_the_others_alone(
    stage: Stage, timing: Timing
) -> None:
    city = NewBody(code="cd", name="成都市人民政府", kind=BodyKind.CITY, parent_code="sc")
    await stage.organisations.import_bodies([city], actor="admin")
    await stage.accounts(1)
    new = NewAccount(
        channel="toy", name="成都", handle="cd", body_code="cd", base_url="https://toy.example"
    )
    quiet = await stage.organisations.add_account(new, actor="admin")
    await silence(timing, datetime(2026, 3, 3), datetime(2026, 3, 4), body_code="cd")
    await silence(timing, datetime(2026, 3, 3), datetime(2026, 3, 4), channel="other")
    done = await stage.plan(await stage.approved("一", 0), stage.clock.now() + DAY)
    assert [(account.id, "静默期" in why.zh) for account, why in done.left_out] == [
        (quiet.id, True)
    ]
    await silence(timing, datetime(2026, 3, 3), datetime(2026, 3, 4), body_code="sc")
    with pytest.raises(Conflict, match="静默期"):
        await stage.plan(await stage.approved("二", 0), stage.clock.now() + DAY)


async def test_a_blackout_tells_what_it_holds_back_and_what_expires(
    stage: Stage, timing: Timing
) -> None:
    await stage.accounts(1)
    at = stage.clock.now() + DAY
    for number, lasts in enumerate((timedelta(hours=2), 5 * DAY)):
        item = await stage.approved(str(number), 0)
        await stage.plan(item, at, not_after=at + lasts)
    await stage.plan(await stage.approved("以后", 0), at + 9 * DAY)
    declared = await silence(timing, datetime(2026, 3, 3), datetime(2026, 3, 5))
    assert [one.expires for one in declared.affected] == [True, False]
    shown = await timing.blackout(declared.blackout.id)
    assert shown.affected == declared.affected
    await timing.lift_blackout(declared.blackout.id, actor="office")
    with pytest.raises(Conflict, match="已解除"):
        await timing.lift_blackout(declared.blackout.id, actor="office")
    assert (await stage.plan(await stage.approved("可以", 0), at + timedelta(hours=1))).deliveries


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("", datetime(2026, 3, 3), datetime(2026, 3, 4)),
        ("过去", datetime(2026, 3, 1), datetime(2026, 3, 2)),
        ("倒置", datetime(2026, 3, 5), datetime(2026, 3, 4)),
    ],
)
async def test_an_impossible_blackout_is_refused(
    timing: Timing, name: str, start: datetime, end: datetime
) -> None:
    new = NewBlackout(name=name, starts=start, ends=end, zone=SHANGHAI)
    with pytest.raises(InvalidInput):
        await timing.declare_blackout(new, actor="office")
    assert await timing.blackouts() == []
