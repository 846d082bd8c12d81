"""The indicators: how each is reckoned, its limit, and the rule that it comes from. Pure.

R: Regulation on open government information (政府信息公开条例, State Council Decree 711).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache

from hub.kernel.calendar import UnknownCalendar, is_workday
from hub.kernel.errors import Words
from hub.organisations.models import Body
from hub.supervision.models import Indicator, Limit, Measured, Name, Tally, Unit

__all__ = ["INDICATORS", "LIMIT_DAYS", "measured", "rows_of", "values_of", "workdays_between"]

LIMIT_DAYS = 20  # working days from forming to publishing, R art. 26


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _mean(total: float, count: int, unit: float = 1.0) -> float | None:
    return total / count / unit if count else None


INDICATORS: Sequence[Indicator] = (
    Indicator(
        name=Name.PUBLISHED,
        words=Words("主动公开数量", "published"),
        unit=Unit.COUNT,
        value=lambda t: t.published,
        source=Words("年度工作要点", "the year's work plan"),
    ),
    Indicator(
        name=Name.PUNCTUAL,
        words=Words("公开及时率", "published in time"),
        unit=Unit.SHARE,
        value=lambda t: _share(t.punctual, t.dated),
        limit=Limit(1.0, at_least=True),
        source=Words("条例第二十六条", "R art. 26"),
    ),
    Indicator(
        name=Name.DAYS,
        words=Words("公开平均时长", "working days until public"),
        unit=Unit.DAYS,
        value=lambda t: _mean(t.workdays, t.dated),
        limit=Limit(LIMIT_DAYS, at_least=False),
        source=Words("条例第二十六条", "R art. 26"),
    ),
    Indicator(
        name=Name.FIRST_TIME,
        words=Words("一次通过率", "passed at once"),
        unit=Unit.SHARE,
        value=lambda t: _share(t.submitted - t.returned, t.submitted),
        limit=Limit(0.8, at_least=True),
        source=Words("三审制度", "the three reviews"),
        own=True,
    ),
    Indicator(
        name=Name.REVIEW_HOURS,
        words=Words("审核平均时长", "hours of review"),
        unit=Unit.HOURS,
        value=lambda t: _mean(t.review_seconds, t.signed, 3600.0),
        limit=Limit(24.0, at_least=False),
        source=Words("三审制度", "the three reviews"),
        own=True,
    ),
    Indicator(
        name=Name.DELIVERED,
        words=Words("推送成功率", "delivered"),
        unit=Unit.SHARE,
        value=lambda t: _share(t.sent, t.ended),
        limit=Limit(0.99, at_least=True),
        source=Words("统一推送", "central publishing"),
        own=True,
    ),
    Indicator(
        name=Name.ON_TIME,
        words=Words("推送准点率", "delivered on the minute"),
        unit=Unit.SHARE,
        value=lambda t: _share(t.timely, t.sent),
        limit=Limit(0.95, at_least=True),
        source=Words("统一推送", "central publishing"),
        own=True,
    ),
    Indicator(
        name=Name.DORMANT,
        words=Words("超期未更新账号", "accounts not updated"),
        unit=Unit.COUNT,
        value=lambda t: t.dormant if t.accounts else None,
        limit=Limit(0, at_least=False),
        source=Words("国办秘函〔2019〕19号", "State Council office, letter 19 of 2019"),
    ),
    Indicator(
        name=Name.GAPS,
        words=Words("公开缺口", "questions nothing answers"),
        unit=Unit.COUNT,
        value=lambda t: t.gaps,
        source=Words("国办发〔2018〕123号", "State Council office, 123 of 2018"),
    ),
    Indicator(
        name=Name.ANSWERED,
        words=Words("舆情按期回应率", "cases answered in time"),
        unit=Unit.SHARE,
        value=lambda t: _share(t.met, t.deadlines),
        limit=Limit(1.0, at_least=True),
        source=Words("国办发〔2016〕61号、80号", "State Council office, 61 and 80 of 2016"),
    ),
    Indicator(
        name=Name.OVERDUE,
        words=Words("逾期未办舆情", "cases overdue"),
        unit=Unit.COUNT,
        value=lambda t: t.overdue,
        limit=Limit(0, at_least=False),
        source=Words("国办发〔2016〕61号、80号", "State Council office, 61 and 80 of 2016"),
    ),
)


def values_of(tally: Tally) -> dict[Name, float | None]:
    return {one.name: one.value(tally) for one in INDICATORS}


def measured(body: Body, tally: Tally, *, alone: bool) -> Measured:
    values = values_of(tally)
    broken = frozenset(
        one.name
        for one in INDICATORS
        if one.limit and (value := values[one.name]) is not None and not one.limit.kept_by(value)
    )
    return Measured(body=body, alone=alone, values=values, broken=broken)


def rows_of(
    seen: Iterable[Body], tallies: Mapping[str, Tally], shown: Iterable[Body]
) -> tuple[Measured, ...]:
    """A row for each body `shown`, with what is below it among `seen`; a body that has others of
    `shown` right below it stands alone, so that nothing is counted twice."""
    parents = {body.id: body.parent_id for body in seen}
    shown = sorted(shown, key=lambda body: body.code)
    ids = {body.id for body in shown}
    sums: dict[str, Tally] = dict.fromkeys(ids, Tally())
    for body_id, tally in tallies.items():
        at: str | None = body_id
        while at is not None and at not in ids:
            at = parents.get(at)
        if at is not None:
            sums[at] = sums[at] + tally
    above = {body.parent_id for body in shown}
    return tuple(measured(body, sums[body.id], alone=body.id in above) for body in shown)


@cache
def _workdays(year: int) -> tuple[int, ...] | None:
    """The ordinals of a year's working days; None of a year whose holidays are not known."""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    days = [first + timedelta(days=n) for n in range((after - first).days)]
    try:
        return tuple(day.toordinal() for day in days if is_workday(day))
    except UnknownCalendar:
        return None


def workdays_between(first: date, last: date) -> int | None:
    """Working days after `first` up to and with `last`; 0 where it is not later, None where one of
    the years is not known."""
    total = 0
    for year in range(first.year, last.year + 1):
        days = _workdays(year)
        if days is None:
            return None
        total += bisect_right(days, last.toordinal()) - bisect_right(days, first.toordinal())
    return max(0, total)
