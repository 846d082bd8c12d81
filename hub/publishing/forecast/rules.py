"""From what was played to what people read: one row per wave. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from statistics import median_low

from hub.publishing.forecast.models import Played, Wave

__all__ = ["waves"]


def waves(played: Iterable[Played]) -> list[Wave]:
    """One row per wave, in the order of their due times."""
    members: dict[str, list[Played]] = {}
    for one in played:
        members.setdefault(one.job.wave, []).append(one)
    found = [_wave(name, group) for name, group in members.items()]
    return sorted(found, key=lambda wave: (wave.due, wave.name))


def _wave(name: str, group: list[Played]) -> Wave:
    ends = sorted(one.finished for one in group if one.finished is not None)
    starts = [one.started for one in group if one.started is not None]
    waiting: Counter[str] = Counter()
    until: dict[str, float] = {}
    for one in group:
        for reason, moment in one.waited.items():
            waiting[reason] += 1
            until[reason] = max(moment, until.get(reason, moment))
    expired = sum(one.expired for one in group)
    return Wave(
        name=name,
        deliveries=len(group),
        sent=len(ends),
        due=min(one.job.ready_at for one in group),
        started=min(starts, default=None),
        first=ends[0] if ends else None,
        median=median_low(ends) if ends else None,
        last=ends[-1] if ends else None,
        waiting=dict(waiting),
        waiting_until=until,
        expired=expired,
        held=len(group) - len(ends) - expired,
    )
