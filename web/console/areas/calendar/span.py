"""Which days a view of the calendar shows, and where its arrows lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from hub.kernel.calendar import DayKind, day_kind

__all__ = ["Span", "View", "kinds", "span_of"]

_FIRST, _LAST = date(2000, 1, 1), date(2100, 12, 31)
_WEEK = 7


class View(StrEnum):
    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    LIST = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """`first` and how many `days` are shown around `day`; `before` and `behind` are where the
    arrows lead. A list has no end: `days` is 0."""

    view: View
    day: date
    first: date
    days: int
    before: date
    behind: date


def span_of(view: View, day: date) -> Span:
    """A month is shown in whole weeks, which begin on Monday (GB/T 7408)."""
    day = min(max(day, _FIRST), _LAST)
    match view:
        case View.MONTH:
            start = day.replace(day=1)
            end = (start + timedelta(days=31)).replace(day=1)
            first = start - timedelta(days=start.weekday())
            weeks = -(-(end - first).days // _WEEK)
            before = (start - timedelta(days=1)).replace(day=1)
            return Span(
                view=view, day=day, first=first, days=weeks * _WEEK, before=before, behind=end
            )
        case View.WEEK:
            first = day - timedelta(days=day.weekday())
            step = timedelta(days=_WEEK)
            return Span(
                view=view, day=day, first=first, days=_WEEK, before=day - step, behind=day + step
            )
        case View.DAY:
            step = timedelta(days=1)
            return Span(view=view, day=day, first=day, days=1, before=day - step, behind=day + step)
        case View.LIST:
            step = timedelta(days=_WEEK)
            return Span(view=view, day=day, first=day, days=0, before=day - step, behind=day + step)


def kinds(first: date, days: int) -> dict[date, str]:
    """What is to be said of each day: a public holiday, a make-up day, or a year nobody has
    announced."""
    said = {DayKind.HOLIDAY, DayKind.MAKE_UP, DayKind.UNKNOWN}
    dates = [first + timedelta(days=n) for n in range(days)]
    return {day: kind.value for day in dates if (kind := day_kind(day)) in said}
