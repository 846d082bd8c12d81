"""The calendar shows plans by day and how they stand, and moves them where that is allowed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

from hub.kernel.clock import CHINA
from hub.publishing.models import DeliveryState
from hub.publishing.timing.models import NewBlackout
from tests.web.console.boards.filling import more_accounts, planned, put
from tests.web.console.boards.test_deliveries_board import stray_media
from tests.web.console.conftest import Office
from web.console.areas.calendar.span import View, span_of

S = DeliveryState


async def test_every_view_shows_the_plan_on_its_day(office: Office) -> None:
    one = await planned(office, "停车管理办法", later=timedelta(days=2))
    day = one.deliveries[0].due_at.astimezone(CHINA).date().isoformat()
    for view in View:
        page = await office.see("media", f"/calendar?view={view}&day={day}")
        assert f"/console/calendar/plans/{one.plan_id}" in page, view
        assert "停车管理办法" in page, view
        assert one.plan_id not in await office.see("stranger", f"/calendar?view={view}&day={day}")
        there = await office.see("media", f"/calendar?view={view}&day={day}&channel=website")
        assert one.plan_id in there, view
        elsewhere = await office.see("media", f"/calendar?view={view}&day={day}&channel=weibo")
        assert one.plan_id not in elsewhere, view
    assert "draggable" not in await office.see("clerk", f"/calendar?day={day}")
    await office.see("media", "/calendar?view=week&day=not-a-day")
    await office.see("media", "/calendar?view=month&day=9999-12-31")


async def test_a_day_counts_its_plans_by_how_they_stand(office: Office, tmp_path: Path) -> None:
    await more_accounts(office, ["甲网站"], tmp_path)
    now = office.desk.clock.now().astimezone(CHINA)
    # noon of a day that is still to come: the five plans share it whatever the hour
    later = now.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1) - now
    plans = [await planned(office, f"第{n}号通知", later=later) for n in range(5)]
    await put(office, plans[0].deliveries[0].id, S.FAILED)
    await put(office, plans[1].deliveries[0].id, S.CANCELLED)
    for delivery in plans[2].deliveries:
        await put(office, delivery.id, S.CANCELLED)
    day = (now + timedelta(days=1)).date().isoformat()
    page = await office.see("media", f"/calendar?view=month&day={day}")
    assert "异常 1" in page
    assert "已停 1" in page
    assert "待发 3" in page
    assert "还有 2 个" in page


async def test_a_plan_is_moved_and_what_may_not_be_is_said_beside_the_form(office: Office) -> None:
    one = await planned(office, "停车管理办法", later=timedelta(days=2))
    to = (office.desk.clock.now() + timedelta(days=3)).astimezone(CHINA)
    told = {"plan": one.plan_id, "day": to.date().isoformat(), "time": "10:30", "view": "week"}
    past = {**told, "day": "2020-01-01"}
    refused = await office.send("media", "/calendar/move", past, status=400)
    assert "2020-01-01" in refused
    assert "notice bad" in refused
    await office.send("media", "/calendar/move", {**told, "time": ""}, status=400)
    await office.send("clerk", "/calendar/move", told, status=403)
    await stray_media(office)
    await office.send("stray", "/calendar/move", told, status=404)
    target = await office.send("media", "/calendar/move", told)
    page = await office.see("media", target.removeprefix("/console"))
    assert "已改期，1 条投递" in page
    found = await office.desk.operations.explain(one.deliveries[0].id)
    moved = found.delivery.due_at.astimezone(CHINA)
    assert (moved.date(), moved.hour, moved.minute) == (to.date(), 10, 30)
    await office.desk.timing.declare_blackout(
        NewBlackout(
            name="哀悼日",
            starts=datetime.combine(to.date() + timedelta(days=1), datetime.min.time()),
            ends=datetime.combine(to.date() + timedelta(days=2), datetime.min.time()),
            zone="Asia/Shanghai",
        ),
        actor="admin",
    )
    silent = {**told, "day": (to.date() + timedelta(days=1)).isoformat()}
    assert "静默期" in await office.send("media", "/calendar/move", silent, status=409)
    week = await office.see("media", f"/calendar?view=week&day={silent['day']}")
    assert "哀悼日" in week
    await office.send("media", "/calendar/cancel", {"plan": one.plan_id})
    found = await office.desk.operations.explain(one.deliveries[0].id)
    assert found.delivery.state is S.CANCELLED


def test_a_month_is_whole_weeks_and_its_arrows_lead_to_the_months_beside_it() -> None:
    span = span_of(View.MONTH, date(2026, 2, 28))
    assert (span.first, span.days) == (date(2026, 1, 26), 35)
    assert (span.before, span.behind) == (date(2026, 1, 1), date(2026, 3, 1))
    assert span_of(View.MONTH, date(2027, 2, 10)).days == 28
    assert span_of(View.WEEK, date(2026, 11, 29)).first == date(2026, 11, 23)
