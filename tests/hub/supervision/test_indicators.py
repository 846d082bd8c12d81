"""Indicators are reckoned from sums, and what is unknown is neither zero nor full marks."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.calendar import is_workday
from hub.organisations.models import Body, BodyKind
from hub.supervision.models import Name, Tally
from hub.supervision.rules import INDICATORS, measured, rows_of, values_of, workdays_between

FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
DAYS = st.dates(FIRST, LAST)


def body(name: str, parent: str | None = None) -> Body:
    return Body(id=name, code=name, name=name, kind=BodyKind.CITY, parent_id=parent)


def test_of_nothing_only_counts_are_known() -> None:
    values = values_of(Tally())
    assert {name for name, value in values.items() if value is not None} == {
        Name.PUBLISHED,
        Name.GAPS,
        Name.OVERDUE,
    }
    assert not measured(body("a"), Tally(), alone=False).broken


def test_what_is_outside_its_limit_is_named() -> None:
    tally = Tally(
        published=10, dated=10, punctual=9, workdays=250, submitted=10, returned=3, ended=100,
        sent=99, timely=90, accounts=5, dormant=1, deadlines=4, met=4,
    )  # fmt: skip
    found = measured(body("a"), tally, alone=False)
    assert found.values[Name.PUNCTUAL] == 0.9
    assert found.values[Name.DAYS] == 25
    assert found.broken == {
        Name.PUNCTUAL, Name.DAYS, Name.FIRST_TIME, Name.ON_TIME, Name.DORMANT,
    }  # fmt: skip


def test_every_indicator_is_one_of_its_name() -> None:
    assert [one.name for one in INDICATORS] == list(Name)


@given(DAYS, DAYS)
def test_working_days_are_those_that_a_calendar_shows(first: date, last: date) -> None:
    counted = sum(is_workday(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
    assert workdays_between(first, last) == counted


def test_a_year_without_known_holidays_is_unknown() -> None:
    assert workdays_between(date(2026, 12, 1), date(2040, 1, 5)) is None


@given(st.lists(st.sampled_from(["p", "c1", "c2", "d1", "d2"]), max_size=30))
def test_every_sum_is_in_exactly_one_row(where: list[str]) -> None:
    bodies = [body("p"), body("c1", "p"), body("c2", "p"), body("d1", "c1"), body("d2", "d1")]
    tallies: dict[str, Tally] = {}
    for one in where:
        tallies[one] = tallies.get(one, Tally()) + Tally(published=1)
    rows = rows_of(bodies, tallies, bodies[:3])
    assert [row.body.id for row in rows] == ["c1", "c2", "p"]
    assert [row.alone for row in rows] == [False, False, True]
    assert sum(int(row.values[Name.PUBLISHED] or 0) for row in rows) == len(where)
