"""Which days a brief is of, and when they begin and end. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from hub.kernel.clock import instant_of_rule
from hub.opinion.briefs.models import BriefKind

__all__ = ["instants", "period", "period_before"]

_DAY = timedelta(days=1)


def period(kind: BriefKind, day: date) -> tuple[date, date]:
    """The period that `day` is in: the day itself, or its week from Monday to Sunday."""
    if kind is BriefKind.DAILY:
        return day, day
    first = day - timedelta(days=day.weekday())
    return first, first + 6 * _DAY


def period_before(kind: BriefKind, today: date) -> tuple[date, date]:
    """The last period that is over."""
    return period(kind, period(kind, today)[0] - _DAY)


def instants(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """The first moment of `first`, and the first moment after `last`."""
    begins, ends = (datetime.combine(day, time()) for day in (first, last + _DAY))
    return instant_of_rule(begins, zone), instant_of_rule(ends, zone)
