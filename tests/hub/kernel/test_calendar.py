"""Days on which people in China work, and years nobody has told us about."""

from __future__ import annotations

from datetime import date

import pytest

from hub.kernel.calendar import DayKind, UnknownCalendar, day_kind, is_workday


@pytest.mark.parametrize(
    ("day", "kind", "works"),
    [
        (date(2026, 10, 1), DayKind.HOLIDAY, False),
        (date(2026, 10, 3), DayKind.HOLIDAY, False),  # a Saturday of National Day
        (date(2026, 10, 6), DayKind.HOLIDAY, False),  # a weekday given in lieu
        (date(2026, 10, 10), DayKind.MAKE_UP, True),  # a Saturday on which people work for it
        (date(2026, 10, 12), DayKind.WORKDAY, True),
        (date(2026, 11, 21), DayKind.WEEKEND, False),
        (date(2026, 12, 31), DayKind.WORKDAY, True),
    ],
)
def test_the_state_council_says_when_people_work(day: date, kind: DayKind, works: bool) -> None:
    assert (day_kind(day), is_workday(day)) == (kind, works)


@pytest.mark.parametrize("day", [date(2003, 12, 31), date(2027, 1, 1), date(2027, 1, 4)])
def test_a_year_that_is_not_known_is_never_guessed(day: date) -> None:
    assert day_kind(day) is DayKind.UNKNOWN
    with pytest.raises(UnknownCalendar, match=str(day.year)):
        is_workday(day)
