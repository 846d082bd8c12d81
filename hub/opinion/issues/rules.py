"""How hot an issue is: a sum of parts, none of which is hidden. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from hub.opinion.issues.bursts import FEWEST_PEOPLE, burst_of
from hub.opinion.issues.models import Alarm, DayCount, Heat, HotIssue, Issue, Sums

__all__ = ["EPISODE", "LOOKED_BACK", "alarm_in", "alarm_of", "curve", "hot_issue", "hot_line"]

# what each part is worth: people count more than repeats, anger and suddenness more than clicks
_MESSAGES, _AUTHORS, _LIKES, _NEGATIVE, _BURST = 1.0, 1.5, 0.5, 1.0, 1.0
_WEEK = 7
_MOST_BURST = 3.0
LOOKED_BACK = 90  # days whose counts a burst is measured against
EPISODE = timedelta(days=14)  # an alarm that comes again within it is the same one


def curve(said: Mapping[date, int], today: date, first: date) -> list[int]:
    """Signals per day from `first`, at most 90 days back, to today."""
    start = max(first, today - timedelta(days=LOOKED_BACK - 1)).toordinal()
    span = max(1, today.toordinal() - start + 1)
    found = [0] * span
    for day, signals in said.items():
        if 0 <= (place := day.toordinal() - start) < span:
            found[place] = signals
    return found


def alarm_in(
    issue: Issue, said: Mapping[date, int], day: date, observed: date | None
) -> Alarm | None:
    """Whether more was said up to `day` than chance explains. `observed` is the first of the last
    90 days that had any signal of any issue: from then on a day without one of this issue is a
    day on which nobody spoke of it, and before it nothing is known."""
    if 0 < issue.authors < FEWEST_PEOPLE:
        return None
    first = min(said, default=day)
    return burst_of(curve(said, day, min(first, observed or first)))


def alarm_of(
    issue: Issue, days: Sequence[DayCount], day: date, observed: date | None
) -> Alarm | None:
    """The same of the counters per day."""
    return alarm_in(issue, {one.day: one.signals for one in days}, day, observed)


def hot_issue(
    issue: Issue, days: Sequence[DayCount], today: date, observed: date | None = None
) -> HotIssue:
    """A line of the hot list from the counts per day; days before 90 ago may be left out."""
    week = [one for one in days if today - one.day < timedelta(days=_WEEK)]
    sums = Sums(
        sum(one.signals for one in week),
        sum(one.negative for one in week),
        sum(one.likes for one in week),
    )
    return hot_line(issue, sums, alarm_of(issue, days, today, observed))


def hot_line(issue: Issue, week: Sums, alarm: Alarm | None) -> HotIssue:
    """A line of the hot list from what seven days were together and how the issue bursts."""
    angry = week.negative / week.signals if week.signals else 0.0
    heat = Heat(
        messages=round(_MESSAGES * math.log1p(week.signals), 3),
        authors=round(_AUTHORS * math.log1p(min(issue.authors, week.signals)), 3),
        likes=round(_LIKES * math.log1p(week.likes), 3),
        negative=round(_NEGATIVE * angry, 3),
        burst=round(_BURST * _burst(alarm), 3),
    )
    return HotIssue(
        issue=issue,
        heat=heat,
        week=week.signals,
        negative=week.negative,
        likes=week.likes,
        alarm=alarm,
    )


def _burst(alarm: Alarm | None) -> float:
    """1 at the threshold, growing with every tenth that chance is smaller, 3 at most."""
    if alarm is None:
        return 0.0
    return min(_MOST_BURST, 1.0 + (-math.log10(max(alarm.chance, 1e-12)) - 3) / 3)
