"""Which clocks a case has, who is told when, and whose matter it is: pure rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.opinion.cases.models import CaseKind, CaseLevel, DeadlineKind, Notice
from hub.opinion.cases.rules import (
    deadlines_of,
    kind_of_intent,
    notice_due,
    route,
    suggested_level,
)
from hub.opinion.judging.models import Intent
from hub.opinion.judging.taxonomy import department_labels
from hub.organisations.models import Body, BodyKind

_START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Shanghai
_HOUR = timedelta(hours=1)


def test_the_grave_have_five_hours_a_day_and_two_days() -> None:
    clocks = deadlines_of("c", CaseKind.OPINION, CaseLevel.GRAVE, _START)
    assert {one.kind: one.length for one in clocks} == {
        DeadlineKind.AUTHORITATIVE: 5 * _HOUR,
        DeadlineKind.CONFERENCE: 24 * _HOUR,
        DeadlineKind.ANSWER: 48 * _HOUR,
    }


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        (CaseKind.OPINION, datetime(2026, 3, 4, 1, tzinfo=UTC)),
        (CaseKind.SUGGESTION, datetime(2026, 3, 11, 16, tzinfo=UTC)),
        (CaseKind.MESSAGE, datetime(2026, 3, 23, 16, tzinfo=UTC)),
    ],
)
def test_the_others_have_two_days_or_working_days(kind: CaseKind, due: datetime) -> None:
    [clock] = deadlines_of("c", kind, CaseLevel.ORDINARY, _START)
    assert clock.due_at == due
    assert clock.source in clock.explained.zh


def test_an_end_in_a_year_nobody_knows_is_not_guessed() -> None:
    start = datetime(2026, 12, 25, 1, tzinfo=UTC)
    [clock] = deadlines_of("c", CaseKind.MESSAGE, CaseLevel.ORDINARY, start)
    assert clock.due_at is None
    assert "2027" in clock.explained.zh
    assert notice_due(clock, start + timedelta(days=60)) is Notice.NONE


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (38, Notice.NONE),
        (39, Notice.WARNING),
        (48, Notice.PASSED),
        (52, Notice.LEADER),
        (72, Notice.OFFICE),
    ],
)
def test_each_level_is_told_in_its_turn(hours: int, told: Notice) -> None:
    [clock] = deadlines_of("c", CaseKind.OPINION, CaseLevel.ORDINARY, _START)
    assert notice_due(clock, _START + hours * _HOUR) is told


@given(st.integers(0, 200), st.integers(0, 200))
def test_nobody_is_told_less_as_time_goes_on(early: int, more: int) -> None:
    [clock] = deadlines_of("c", CaseKind.OPINION, CaseLevel.MAJOR, _START)
    order = list(Notice)
    first = notice_due(clock, _START + early * _HOUR)
    second = notice_due(clock, _START + (early + more) * _HOUR)
    assert order.index(first) <= order.index(second)


def body(code: str, name: str, kind: BodyKind, region: str) -> Body:
    return Body(id=code, code=code, name=name, kind=kind, region=region)


_BODIES = (
    body("cd", "成都市人民政府", BodyKind.CITY, "成都"),
    body("cdjy", "成都市教育局", BodyKind.DEPARTMENT, "成都"),
    body("myjy", "绵阳市教育局", BodyKind.DEPARTMENT, "绵阳"),
    body("sthj", "四川省生态环境厅", BodyKind.DEPARTMENT, "四川"),
)


@pytest.mark.parametrize(
    ("departments", "place", "owner"),
    [
        (["教育"], "绵阳市涪城区", "myjy"),
        (["教育"], "成都市青羊区", "cdjy"),
        (["交通运输", "生态环境"], "成都市", "sthj"),
        (["交通运输"], "成都市武侯区", "cd"),
    ],
)
def test_a_matter_goes_to_its_department_at_its_place(
    departments: list[str], place: str, owner: str
) -> None:
    found = route(_BODIES, department_labels(), departments, place)
    assert found is not None
    assert found.body_id == owner
    assert found.reason.zh


def test_where_nothing_fits_nobody_is_named() -> None:
    assert route(_BODIES, department_labels(), ["交通运输"], "北京市") is None


def test_levels_follow_what_is_at_stake_and_how_many_speak() -> None:
    assert suggested_level(acute=1, week=9, authors=8, burst=True) is CaseLevel.GRAVE
    assert suggested_level(acute=1, week=1, authors=1, burst=False) is CaseLevel.MAJOR
    assert suggested_level(acute=0, week=9, authors=8, burst=True) is CaseLevel.ORDINARY
    assert kind_of_intent(Intent.SUGGESTION) is CaseKind.SUGGESTION
    assert kind_of_intent(Intent.COMPLAINT) is CaseKind.MESSAGE
