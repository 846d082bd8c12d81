"""Bursts of issues that have just grown, looked for on each day on which they grew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain

from sqlalchemy import Connection

from hub.opinion.issues import store
from hub.opinion.issues.models import Burst, DayCount, Issue
from hub.opinion.issues.rules import EPISODE, LOOKED_BACK, alarm_of

__all__ = ["Watched", "watched"]

_BACK = timedelta(days=LOOKED_BACK)


@dataclass(frozen=True, slots=True)
class Watched:
    """What a batch showed: bursts that changed, and those of them that are new."""

    changed: tuple[Burst, ...] = ()
    begun: tuple[Burst, ...] = ()


def watched(
    connection: Connection, found: Sequence[Issue], counts: Sequence[tuple[str, DayCount]]
) -> Watched:
    """Bursts that begin or go on with `counts`, which the database has already."""
    grew: defaultdict[str, list[date]] = defaultdict(list)
    for issue_id, count in counts:
        grew[issue_id].append(count.day)
    if not grew:
        return Watched()
    since = min(min(days) for days in grew.values()) - _BACK
    held = store.days_of(connection, list(grew), since)
    known: defaultdict[str, list[Burst]] = defaultdict(list)
    for one in store.bursts_since(connection, since, grew.keys()):
        known[one.issue_id].append(one)
    old = {key: list(bursts) for key, bursts in known.items()}
    starts: dict[date, date | None] = {}
    for issue in found:
        for day in sorted(grew[issue.id]):
            if day not in starts:
                starts[day] = store.first_day(connection, day - _BACK)
            days = [one for one in held[issue.id] if day - _BACK <= one.day <= day]
            alarm = alarm_of(issue, days, day, starts[day])
            if alarm is not None:
                total = sum(one.signals for one in held[issue.id] if one.day <= day)
                _join(known[issue.id], Burst(issue.id, day, day, total, alarm))
    return _compared(old, known)


def _join(known: list[Burst], now: Burst) -> None:
    """The alarm of a day goes on with one that is near, or begins one."""
    day = now.begun_on
    for place, one in enumerate(known):
        if one.begun_on - EPISODE <= day <= one.last_on + EPISODE:
            known[place] = replace(one, last_on=max(one.last_on, day))
            return
    known.append(now)


def _compared(old: Mapping[str, list[Burst]], known: Mapping[str, list[Burst]]) -> Watched:
    before = {(one.issue_id, one.begun_on): one for bursts in old.values() for one in bursts}
    changed, begun = [], []
    for one in chain.from_iterable(known.values()):
        held = before.get((one.issue_id, one.begun_on))
        if held != one:
            changed.append(one)
        if held is None:
            begun.append(one)
    return Watched(tuple(changed), tuple(begun))
