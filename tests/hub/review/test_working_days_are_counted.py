"""Clocks: golden dates of the Regulation's counting, unknown years, and the words for it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalogue.models import Attribute
from hub.kernel.calendar import is_workday
from hub.review.clocks.counting import count_workdays, end_of, working_days_left
from hub.review.clocks.explaining import explain
from hub.review.clocks.models import ClockKind, Level, Standing, Thresholds
from hub.review.clocks.rules import (
    clock_of,
    due_level,
    interpretation_clock,
    next_look,
    standing_of,
)
from hub.review.determination.models import Determination, Limit, Matter, Rule, Starts

# start | after 7 | 15 | 20 | 40 working days
VECTORS = """\
2024-01-31 | 2024-02-08 | 2024-02-26 | 2024-03-04 | 2024-04-01
2024-04-03 | 2024-04-15 | 2024-04-25 | 2024-05-06 | 2024-05-31
2024-09-30 | 2024-10-15 | 2024-10-25 | 2024-11-01 | 2024-11-29
2025-01-20 | 2025-02-05 | 2025-02-14 | 2025-02-21 | 2025-03-21
2025-04-25 | 2025-05-08 | 2025-05-20 | 2025-05-27 | 2025-06-25
2025-09-30 | 2025-10-16 | 2025-10-28 | 2025-11-04 | 2025-12-02
2026-02-13 | 2026-03-02 | 2026-03-12 | 2026-03-19 | 2026-04-17
2026-09-18 | 2026-09-29 | 2026-10-15 | 2026-10-22 | 2026-11-19
2026-11-20 | 2026-12-01 | 2026-12-11 | 2026-12-18 | unknown"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in VECTORS.splitlines()]
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
USUAL = Thresholds()


def determined(matter: Matter = Matter.OTHER, **changed: object) -> Determination:
    values: dict[str, object] = {
        "item_id": "i",
        "revision": 1,
        "attribute": Attribute.PROACTIVE,
        "ground": "20",
        "reason": "法定",
        "interpret": False,
        "no_interpretation_reason": "事务",
        "documents": (),
        "unit": "办公室",
        "matter": matter,
        "limit": Limit.STATUTORY,
        "limit_on": None,
        "review_on": None,
        "starts": Starts(),
        "determined_by": "editor",
        "determined_at": NOW,
    }
    return Determination(**values | changed)  # type: ignore[arg-type]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_the_golden_dates_hold(row: list[str]) -> None:
    start = date.fromisoformat(row[0])
    told = [count_workdays(start, days).due for days in (7, 15, 20, 40)]
    assert [str(due) if due else "unknown" for due in told] == row[1:]


def test_a_clock_that_was_stopped_goes_on_with_what_was_left() -> None:
    received, letter, opinion = date(2025, 3, 3), date(2025, 3, 10), date(2025, 3, 27)
    assert count_workdays(received, 20).due == date(2025, 3, 31)
    assert working_days_left(received, letter) == 5
    assert count_workdays(opinion, 15).due == date(2025, 4, 18)


def test_a_corrected_application_starts_anew() -> None:
    assert count_workdays(date(2025, 5, 6), 7).due == date(2025, 5, 15)
    assert count_workdays(date(2025, 5, 20), 20).due == date(2025, 6, 18)


@given(st.dates(date(2005, 1, 1), date(2026, 6, 1)), st.integers(1, 60))
def test_it_ends_on_a_working_day_with_as_many_in_between(start: date, days: int) -> None:
    counted = count_workdays(start, days)
    assert counted.due is not None
    assert is_workday(counted.due)
    after = [start + timedelta(days=n) for n in range(1, (counted.due - start).days + 1)]
    assert sum(map(is_workday, after)) == days == working_days_left(start, counted.due)
    assert len(after) == days + len(counted.holidays) + len(counted.weekends)


def test_a_document_has_two_hours_and_a_meeting_a_day() -> None:
    printed = clock_of(
        determined(Matter.GOVERNMENT_DOCUMENT, starts=Starts(printed_at=NOW)), date(2026, 3, 2)
    )
    ended = clock_of(determined(Matter.LIVELIHOOD_EVENT, starts=Starts(ended_at=NOW)), None)
    assert printed is not None
    assert ended is not None
    assert printed.due_at == NOW + timedelta(hours=2)
    assert ended.due_at == NOW + timedelta(hours=24)


def test_a_document_that_is_not_printed_has_the_laws_twenty_days() -> None:
    clock = clock_of(determined(Matter.GOVERNMENT_DOCUMENT), date(2026, 2, 13))
    assert clock is not None
    assert (clock.kind, clock.due_at) == (ClockKind.FORMED, end_of(date(2026, 3, 19)))


def test_the_limit_that_ends_first_counts() -> None:
    starts = Starts(formed_on=date(2026, 2, 13))
    own = determined(limit=Limit.SET, limit_on=date(2026, 3, 5), starts=starts)
    clock = clock_of(own, None)
    assert clock is not None
    assert (clock.kind, clock.due_at) == (ClockKind.OWN, datetime(2026, 3, 5, 16, tzinfo=UTC))


@pytest.mark.parametrize(
    "changed", [{"attribute": Attribute.WITHHELD}, {"rule": Rule.ALREADY_PUBLIC}]
)
def test_what_is_not_to_be_published_has_no_clock(changed: dict[str, object]) -> None:
    clock = clock_of(determined(**changed), date(2020, 1, 1))  # type: ignore[arg-type]
    assert clock is None
    assert standing_of(clock, None, NOW, USUAL) is Standing.NONE


def test_an_unknown_year_is_unknown_and_never_late() -> None:
    clock = clock_of(determined(), date(2026, 12, 20))
    assert clock is not None
    assert clock.due_at is None
    assert standing_of(clock, None, datetime(2030, 1, 1, tzinfo=UTC), USUAL) is Standing.UNKNOWN
    assert "2027" in explain(clock).en
    assert next_look(clock, NOW, USUAL) == NOW + timedelta(days=1)


def test_levels_come_one_after_the_other() -> None:
    clock = clock_of(determined(Matter.GOVERNMENT_DOCUMENT, starts=Starts(printed_at=NOW)), None)
    hours = {0.5: None, 1: Level.WARNING, 2: Level.SECTION_HEAD, 6: Level.LEADER}
    hours[26] = Level.DISCLOSURE_OFFICE
    for after, level in hours.items():
        assert due_level(clock, NOW + timedelta(hours=after), USUAL) is level
    assert next_look(clock, NOW, USUAL) == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("published", "now", "standing"),
    [
        (None, 0.5, Standing.RUNNING),
        (None, 1, Standing.NEAR),
        (None, 2, Standing.EXPIRED),
        (1.9, 3, Standing.MET),
        (2, 3, Standing.LATE),
    ],
)
def test_standing_is_told_from_the_time(
    published: float | None, now: float, standing: Standing
) -> None:
    clock = clock_of(determined(Matter.GOVERNMENT_DOCUMENT, starts=Starts(printed_at=NOW)), None)
    at = None if published is None else NOW + timedelta(hours=published)
    assert standing_of(clock, at, NOW + timedelta(hours=now), USUAL) is standing


def test_the_words_name_what_fell_out_and_by_which_rule() -> None:
    told = explain(clock_of(determined(starts=Starts(formed_on=date(2026, 2, 13))), None))
    for part in ("2026-02-15至2026-02-23", "2026-02-14", "2026-03-19 24:00", "第二十六条"):
        assert part in told.zh
    assert "make-up working days counted: 2026-02-14, 2026-02-28" in told.en
    assert "未起算" in explain(clock_of(determined(), None)).zh


def test_an_interpretation_has_three_working_days() -> None:
    clock = interpretation_clock(date(2026, 2, 13))
    assert clock.due_at == end_of(date(2026, 2, 25))
