"""When more is said than chance explains: pure rules over counts per day.

At the volume of a city (a dozen messages a day) a hot issue is one to four messages a day for
weeks; tests over one window miss it. So there are two regimes. Rare issues, under half a message
a day before: windows of 1, 3, 7 and 14 days, a Gamma prior of half a message in 30 days, at least
3, 3, 4 and 4 messages, and the threshold shared between the four windows. Busy issues: three days
against what the same weekdays had, with the spread that was seen. One person who writes three
times is no burst: three people have to have spoken, where they are known.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from hub.opinion.issues.models import Alarm

__all__ = ["BUSY_FROM", "FEWEST_PEOPLE", "burst_of", "chance_of"]

FEWEST_PEOPLE = 3
_WINDOWS = ((1, 3), (3, 3), (7, 4), (14, 4))  # days, fewest messages
_PRIOR_COUNT, _PRIOR_DAYS = 0.5, 30.0
_THRESHOLD = 1e-3
BUSY_FROM = 0.5  # messages a day before the window
_BUSY_DAYS = 3
_WEEK = 7
_SMALLEST_SPREAD = 1.05  # variance over mean; below, counts are Poisson


def chance_of(seen: int, size: float, mean: float) -> float:
    """P(X >= seen) for a negative binomial of that mean, whose variance is mean + mean²/size."""
    if seen <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    part = mean / (size + mean)
    log_first = -size * math.log1p(mean / size)
    below = 0.0
    for count in range(seen):
        log_ways = math.lgamma(size + count) - math.lgamma(size) - math.lgamma(count + 1)
        below += math.exp(log_first + log_ways + count * math.log(part))
    return max(0.0, 1.0 - below)


def burst_of(counts: Sequence[int]) -> Alarm | None:
    """The alarm of an issue whose messages per day are `counts`, the last one today; None where
    chance explains them. The list begins with the first day that is looked at."""
    recent = counts[-_BUSY_DAYS:]
    before = counts[: -len(recent)] if len(counts) > _BUSY_DAYS else ()
    if before and sum(before) / len(before) >= BUSY_FROM and len(before) >= 2 * _WEEK:
        return _busy(before, recent)
    found = [alarm for alarm in (_rare(counts, *window) for window in _WINDOWS) if alarm]
    return min(found, key=lambda alarm: alarm.chance, default=None)


def _rare(counts: Sequence[int], days: int, fewest: int) -> Alarm | None:
    seen = sum(counts[-days:])
    if seen < fewest:
        return None
    before = counts[:-days] if len(counts) > days else ()
    shape = _PRIOR_COUNT + sum(before)
    expected = shape * days / (_PRIOR_DAYS + len(before))
    chance = chance_of(seen, shape, expected)
    if chance >= _THRESHOLD / len(_WINDOWS):
        return None
    return Alarm(days=days, seen=seen, expected=round(expected, 2), chance=chance)


def _busy(before: Sequence[int], recent: Sequence[int]) -> Alarm | None:
    total = len(before) + len(recent)
    mean = sum(before) / len(before)
    variance = sum((count - mean) ** 2 for count in before) / (len(before) - 1)
    expected = sum(
        _weekday_mean(before, place % _WEEK, mean) for place in range(len(before), total)
    )
    spread = max(variance / mean, _SMALLEST_SPREAD)
    seen = sum(recent)
    chance = chance_of(seen, expected / (spread - 1), expected)
    if chance >= _THRESHOLD:
        return None
    return Alarm(days=len(recent), seen=seen, expected=round(expected, 2), chance=chance)


def _weekday_mean(before: Sequence[int], weekday: int, mean: float) -> float:
    """The mean of one weekday, drawn towards that of all days by two weeks' weight."""
    own = before[weekday::_WEEK]
    return (sum(own) + 2 * mean) / (len(own) + 2)
