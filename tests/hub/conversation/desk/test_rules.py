"""The desk's pure rules, over whatever hours, moments and words there are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.conversation.desk.models import DESK, DeskEvent, DeskState, Notice
from hub.conversation.desk.rules import (
    due_after,
    failed_repeatedly,
    goes_back,
    hours_of,
    is_courtesy,
    next_notice,
    notice_due,
    opens_at,
    shut,
    worked_minutes,
)
from hub.kernel.calendar import DayKind, day_kind
from hub.kernel.clock import CHINA

OFFICE = hours_of("工作日 09:00-12:00,13:00-17:00")
TEXTS = (
    "工作日 09:00-12:00,13:00-17:00",
    "周一至周五 08:30-17:30；周六 10:00-12:00",
    "每天 00:00-24:00",
    "周日 14:00-15:00；节假日休息",
)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2026, 11, 30), timezones=st.just(UTC))


def china(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=CHINA).astimezone(UTC)


@given(st.sampled_from(TEXTS), moments, st.integers(1, 600))
def test_a_limit_ends_when_as_much_working_time_is_over(
    text: str, start: datetime, minutes: int
) -> None:
    hours = hours_of(text)
    due = due_after(hours, start, minutes)
    if due is None:
        assert text.startswith("周日")
        return
    assert worked_minutes(hours, start, due) == pytest.approx(minutes)
    assert not shut(hours, due - timedelta(microseconds=1))


@given(st.sampled_from(TEXTS), moments, st.integers(1, 300), st.integers(1, 300))
def test_a_longer_limit_never_ends_sooner(text: str, start: datetime, one: int, more: int) -> None:
    hours = hours_of(text)
    early, late = due_after(hours, start, one), due_after(hours, start, one + more)
    assert late is None or (early is not None and early < late)


@given(st.sampled_from(TEXTS), moments)
def test_a_desk_that_is_shut_opens_later_and_one_that_is_open_is_open_now(
    text: str, at: datetime
) -> None:
    hours = hours_of(text)
    found = opens_at(hours, at)
    if found is None:  # on a holiday, of which these hours say nothing
        assert "工作日" not in text
        assert "节假日" not in text
        return
    assert (found > at) is shut(hours, at)
    assert not shut(hours, found)


@given(moments, moments, moments)
def test_working_time_adds_up(one: datetime, two: datetime, three: datetime) -> None:
    a, b, c = sorted((one, two, three))
    b, c = min(b, a + timedelta(days=40)), min(c, a + timedelta(days=60))
    parts = worked_minutes(OFFICE, a, b) + worked_minutes(OFFICE, b, c)
    assert worked_minutes(OFFICE, a, c) == pytest.approx(parts)


def test_a_holiday_is_no_working_time_and_a_make_up_day_is() -> None:
    before = china(9, 30, 16, 30)  # half an hour before the National Day holiday of 2026
    due = due_after(OFFICE, before, 60)
    assert due is not None
    back = due.astimezone(CHINA).date()
    assert day_kind(back) in (DayKind.WORKDAY, DayKind.MAKE_UP)
    assert back >= date(2026, 10, 8)
    assert all(day_kind(date(2026, 10, day)) is DayKind.HOLIDAY for day in range(1, 8))
    make_up = next(
        day
        for n in range(365)
        if day_kind(day := date(2026, 1, 1) + timedelta(days=n)) is DayKind.MAKE_UP
    )
    morning = datetime(make_up.year, make_up.month, make_up.day, 9, 30, tzinfo=CHINA)
    assert not shut(OFFICE, morning)


def test_where_nobody_has_announced_the_holidays_no_day_is_promised() -> None:
    def nobody_knows(_: date) -> DayKind:
        return DayKind.UNKNOWN

    night = datetime(2031, 3, 3, 20, 0, tzinfo=CHINA)
    assert opens_at(OFFICE, night, nobody_knows) is None
    assert due_after(OFFICE, night, 60, nobody_knows) is not None  # people are reminded


@given(
    st.sampled_from(list(Notice)),
    st.lists(st.one_of(st.none(), moments), min_size=3, max_size=3),
    moments,
    moments,
)
def test_nobody_is_told_twice_or_less_than_before(
    told: Notice, at: list[datetime | None], first: datetime, then: datetime
) -> None:
    order = list(Notice).index
    earlier, later = sorted((first, then))
    once = notice_due(told, *at, earlier)
    again = notice_due(once, *at, later)
    assert order(told) <= order(once) <= order(again)
    assert notice_due(again, *at, later) is again
    following = next_notice(at, earlier)
    assert following is None or following > earlier


@given(st.lists(st.tuples(st.integers(0, 3_600), st.booleans()), max_size=6))
def test_a_person_is_called_after_two_in_a_row_within_half_an_hour(
    back: list[tuple[int, bool]],
) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    outcomes = [(now - timedelta(seconds=s), vain) for s, vain in sorted(back)]
    called = failed_repeatedly(outcomes, now)
    assert called == (
        len(outcomes) >= 2
        and all(vain and now - at <= timedelta(minutes=30) for at, vain in outcomes[:2])
    )


@pytest.mark.parametrize(
    ("text", "back"),
    [("菜单", True), ("返回。", True), (" MENU ", True), ("返回机器人", True),
     ("菜单上没有", False), ("怎么返回原籍", False), ("", False)],
)  # fmt: skip
def test_only_a_word_that_stands_alone_goes_back(text: str, back: bool) -> None:
    assert goes_back(text) is back


@pytest.mark.parametrize(
    ("text", "thanks"),
    [("谢谢", True), ("好的，谢谢您！", True), ("Thank you", True), ("再见", True),
     ("谢谢，但还是没办成", False), ("好的怎么办理", False)],
)  # fmt: skip
def test_thanks_open_nothing_again(text: str, thanks: bool) -> None:
    assert is_courtesy(text) is thanks


def test_every_state_but_the_last_leads_to_it_and_it_only_back_to_waiting() -> None:
    assert DESK.sources(DeskEvent.CLOSED) == set(DeskState) - {DeskState.CLOSED}
    out = {target for source, target in DESK.edges() if source is DeskState.CLOSED}
    assert out == {DeskState.WAITING}
