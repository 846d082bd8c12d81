"""Which days people in China work: public holidays and the make-up days that pay for them.

The State Council announces each year's holidays in the autumn before; `chinesecalendar` carries
those of 2004 to 2026. A year it does not know is UNKNOWN and never guessed: a Monday in October
may well be a holiday.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import chinese_calendar

from hub.kernel.errors import Conflict, Words

__all__ = ["DayKind", "UnknownCalendar", "day_kind", "is_workday"]

_SATURDAY = 6


class DayKind(StrEnum):
    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"  # 法定节假日, also a weekend day that is part of one
    MAKE_UP = "make-up"  # 调休上班: a weekend day on which people work
    UNKNOWN = "unknown"  # nobody has announced that year's holidays to us


class UnknownCalendar(Conflict):
    code = "unknown-calendar"

    def __init__(self, year: int) -> None:
        super().__init__(
            Words(
                f"不知道 {year} 年的节假日与调休安排",
                f"the public holidays of {year} are not known",
            ),
            field="days",
            remedy=Words(
                "国务院公布后升级 chinesecalendar，或改用不限工作日的时段",
                "upgrade chinesecalendar once they are announced, or use a slot for any day",
            ),
        )
        self.year = year


def day_kind(day: date) -> DayKind:
    """What kind of day `day` (in China) is."""
    try:
        holiday, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return DayKind.UNKNOWN
    weekend = day.isoweekday() >= _SATURDAY
    if holiday:
        return DayKind.HOLIDAY if name else DayKind.WEEKEND
    return DayKind.MAKE_UP if weekend else DayKind.WORKDAY


def is_workday(day: date) -> bool:
    """Whether people work on `day`; raises UnknownCalendar."""
    kind = day_kind(day)
    if kind is DayKind.UNKNOWN:
        raise UnknownCalendar(day.year)
    return kind in (DayKind.WORKDAY, DayKind.MAKE_UP)
