"""When more is said than chance explains, and what makes an issue hot: pure rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.opinion.issues.bursts import burst_of, chance_of
from hub.opinion.issues.models import DayCount, Issue
from hub.opinion.issues.rules import alarm_of, hot_issue

_TODAY = date(2026, 3, 2)
_AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


def issue(authors: int = 10) -> Issue:
    return Issue(
        id="i",
        title="t",
        topic="",
        department="",
        place="",
        first_at=_AT,
        last_at=_AT,
        authors=authors,
    )


@pytest.mark.parametrize(
    ("counts", "days"),
    [
        ([0] * 60 + [3], 1),
        ([0] * 60 + [2, 0, 1], 3),
        ([0] * 60 + [1, 0, 1, 1, 0, 2, 1], 7),
        ([0] * 76 + [1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1], 14),
    ],
)
def test_a_rare_issue_bursts_on_the_scale_it_grows(counts: list[int], days: int) -> None:
    alarm = burst_of(counts)
    assert alarm is not None
    assert alarm.seen >= 3
    assert alarm.expected < 1
    assert alarm.days >= min(days, 3) or days == 1


def test_two_messages_are_never_an_alarm() -> None:
    assert burst_of([0] * 80 + [2]) is None


def test_a_known_silence_before_says_more_than_none_known() -> None:
    unknown, silent = burst_of([3]), burst_of([0] * 80 + [3])
    assert unknown
    assert silent
    assert silent.chance < unknown.chance


def test_one_person_who_writes_three_times_is_no_burst() -> None:
    days = [DayCount(_TODAY, 3, 0, 0)]
    start = _TODAY - timedelta(days=90)
    assert alarm_of(issue(authors=2), days, _TODAY, start) is None
    assert alarm_of(issue(authors=3), days, _TODAY, start) is not None
    assert alarm_of(issue(authors=0), days, _TODAY, start) is not None, "nobody is known"


def test_a_busy_issue_is_measured_against_its_own_weekdays() -> None:
    usual = [9, 8, 9, 10, 8, 2, 2] * 8
    assert burst_of([*usual, 9, 8, 9]) is None
    assert burst_of([*usual, 25, 30, 28]) is not None


@given(st.integers(0, 40), st.floats(0.1, 50), st.floats(0.01, 40))
def test_chance_is_a_chance_and_falls_with_what_was_seen(
    seen: int, size: float, mean: float
) -> None:
    assert 0 <= chance_of(seen + 1, size, mean) <= chance_of(seen, size, mean) <= 1


def test_chance_of_a_known_case() -> None:
    # size 1 is the geometric distribution: P(X >= 3) = (mean / (1 + mean)) ** 3
    assert chance_of(3, 1.0, 1.0) == pytest.approx(0.125)


def test_heat_is_the_sum_of_the_parts_it_shows() -> None:
    days = [DayCount(_TODAY - timedelta(days=n), 2, 1, 5) for n in range(10)]
    line = hot_issue(issue(), days, _TODAY)
    assert (line.week, line.negative, line.likes) == (14, 7, 35)
    heat = line.heat
    parts = heat.messages + heat.authors + heat.likes + heat.negative + heat.burst
    assert heat.total == pytest.approx(parts, abs=1e-3)


def test_one_person_who_repeats_is_less_hot_than_many() -> None:
    days = [DayCount(_TODAY, 10, 0, 0)]
    one, many = hot_issue(issue(1), days, _TODAY), hot_issue(issue(10), days, _TODAY)
    assert one.heat.total < many.heat.total
