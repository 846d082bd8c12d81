"""Counting working days as the law does. Pure.

Civil Code art. 201: the day on which it starts is not counted; art. 203: it ends at 24:00 of its
last day, and never on a day of rest. Days are those of China. A year whose holidays are not
announced is unknown, and what ends in it has no end yet: it is never guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.kernel.calendar import DayKind, day_kind
from hub.kernel.clock import CHINA
from hub.review.clocks.models import Counted

__all__ = ["count_workdays", "end_of", "runs_of", "working_days_left"]

_DAY = timedelta(days=1)
_MAX = 10_000  # days looked at; no statutory period comes near


def count_workdays(start: date, days: int) -> Counted:
    """The `days`th working day after `start`; see `Counted`."""
    found: dict[DayKind, list[date]] = {kind: [] for kind in DayKind}
    day, left = start, days
    for _ in range(_MAX):
        if left == 0:
            break
        day += _DAY
        kind = day_kind(day)
        found[kind].append(day)
        if kind is DayKind.UNKNOWN:
            break
        left -= kind in (DayKind.WORKDAY, DayKind.MAKE_UP)
    unknown = found[DayKind.UNKNOWN]
    return Counted(
        start=start,
        days=days,
        due=None if unknown else day,
        holidays=tuple(found[DayKind.HOLIDAY]),
        weekends=tuple(found[DayKind.WEEKEND]),
        make_up=tuple(found[DayKind.MAKE_UP]),
        unknown_year=unknown[0].year if unknown else 0,
    )


def end_of(day: date) -> datetime:
    """24:00 of a day in China, as UTC: the first moment that is too late."""
    return datetime.combine(day + _DAY, time(), CHINA).astimezone(ZoneInfo("UTC"))


def working_days_left(today: date, due: date) -> int | None:
    """Working days from tomorrow to `due`; None where the calendar is not known."""
    kinds = [day_kind(today + _DAY * n) for n in range(1, (due - today).days + 1)]
    if DayKind.UNKNOWN in kinds:
        return None
    return sum(kind in (DayKind.WORKDAY, DayKind.MAKE_UP) for kind in kinds)


def runs_of(days: Sequence[date]) -> list[tuple[date, date]]:
    """Days in a row as (first, last)."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] == _DAY:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
