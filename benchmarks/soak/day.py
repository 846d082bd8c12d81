"""What happens when on a working day: pure, from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from hub.kernel.clock import CHINA

__all__ = ["FULL", "QUICK", "Deed", "Kind", "Shape", "deeds"]

_BEAT = 5.0  # minutes between what citizens do


class Kind(StrEnum):
    CITIZENS = "citizens"  # so many write at once
    PUBLISH = "publish"  # an item for every account
    BURST = "burst"  # items for the accounts of one channel that has a daily quota
    STAFF = "staff"  # somebody looks through the console, a program asks the API
    READERS = "readers"  # of the portal, some with a stream open
    AWAY = "away"  # a platform is away, and back
    BACK = "back"
    REDIS_AWAY = "redis-away"
    REDIS_BACK = "redis-back"
    WORKER = "worker"  # one more worker, and its end
    DRAIN = "drain"
    SAMPLE = "sample"
    REST = "rest"  # nothing happens until what the network keeps open has been closed; a sample


@dataclass(frozen=True, slots=True)
class Deed:
    """`after` the beginning; `count` is how many."""

    after: timedelta
    kind: Kind
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A day that begins at `begin` in China and is `hours` long. The first `warm` hours fill what
    is filled once; in the last `still` hours before a rest nobody does anything. `citizens` write
    in all; `items` are published for everybody, `bursts` for one account; `rest` is how many real
    seconds nothing happens in a rest."""

    begin: datetime
    hours: float
    warm: float
    still: float
    sample_minutes: int
    citizens: int
    bodies: int
    step: float
    rest: float
    items: tuple[time, ...]
    bursts: tuple[tuple[time, int], ...]
    away: tuple[time, time]
    redis: tuple[time, time]
    worker: tuple[time, time]

    @property
    def end(self) -> timedelta:
        return timedelta(hours=self.hours)


# how busy citizens are by the hour of the day: the morning, the afternoon, the evening, the night
_BUSY = {
    **dict.fromkeys(range(6), 1),
    **{6: 4, 7: 14, 8: 20, 9: 16, 10: 10, 11: 10, 12: 6, 13: 6, 14: 14, 15: 16, 16: 14},
    **{17: 8, 18: 6, 19: 14, 20: 12, 21: 6, 22: 3, 23: 2},
}
_AT = [time(h, m) for h in (7, 8, 9, 14, 15, 16) for m in (0, 20)]
_FIRST = time(6, 1)  # before anybody comes: what is commented on is there
FULL = Shape(
    begin=datetime(2026, 6, 15, 6, tzinfo=CHINA).astimezone(UTC),
    hours=24,
    warm=4,
    still=0.5,
    sample_minutes=30,
    citizens=1_600,
    bodies=6,
    step=8.0,
    rest=32.0,  # a client closes what it has not used for 15 s at most 15 s later
    items=(
        _FIRST,
        *_AT,
        *(time(h, 15) for h in (11, 12, 13, 17, 18, 19, 20, 22)),
        *(time(0, 20), time(3, 0)),
    ),
    bursts=tuple((time(h, 5), 3) for h in (7, 8, 9, 11, 14, 15, 16, 17, 18, 19)),
    away=(time(11, 0), time(12, 0)),
    redis=(time(15, 30), time(15, 40)),
    worker=(time(13, 0), time(15, 0)),
)
QUICK = Shape(
    begin=datetime(2026, 6, 15, 21, tzinfo=CHINA).astimezone(UTC),
    hours=1,
    warm=0.25,
    still=1 / 6,
    sample_minutes=15,
    citizens=20,
    bodies=2,
    step=60.0,
    rest=3.0,
    items=(time(21, 1), time(21, 20), time(21, 32)),
    bursts=((time(21, 1), 2), (time(21, 25), 2)),
    away=(time(21, 19), time(21, 28)),
    redis=(time(21, 34), time(21, 39)),
    worker=(time(21, 16), time(21, 42)),
)


def deeds(shape: Shape, *, scaled: bool) -> list[Deed]:
    """Everything in its order."""
    found = [
        *_citizens(shape),
        *(Deed(_after(shape, at), Kind.PUBLISH) for at in shape.items),
        *(Deed(_after(shape, at), Kind.BURST, count) for at, count in shape.bursts),
        *_between(shape, shape.away, Kind.AWAY, Kind.BACK),
        *_samples(shape),
        *_regular(shape),
    ]
    if scaled:
        found += _between(shape, shape.redis, Kind.REDIS_AWAY, Kind.REDIS_BACK)
        found += _between(shape, shape.worker, Kind.WORKER, Kind.DRAIN)
    return sorted(found, key=lambda deed: deed.after)


def _after(shape: Shape, at: time) -> timedelta:
    """How long after the beginning it is that late in China for the first time."""
    begin = shape.begin.astimezone(CHINA)
    day = begin.replace(hour=at.hour, minute=at.minute)
    return day - begin if day >= begin else day + timedelta(days=1) - begin


def _between(shape: Shape, times: tuple[time, time], first: Kind, last: Kind) -> tuple[Deed, Deed]:
    return Deed(_after(shape, times[0]), first), Deed(_after(shape, times[1]), last)


def _quiet(shape: Shape, after: timedelta) -> bool:
    """Shortly before a rest, and before the end."""
    return any(
        timedelta(hours=hour - shape.still) <= after < timedelta(hours=hour)
        for hour in (shape.warm, shape.hours)
    )


def _beats(shape: Shape, minutes: float) -> Iterator[timedelta]:
    count = int(shape.hours * 60 / minutes)
    beats = (timedelta(minutes=minutes * (n + 0.5)) for n in range(count))
    return (beat for beat in beats if not _quiet(shape, beat))


def _citizens(shape: Shape) -> list[Deed]:
    """They come by the hour of the day; as many as the shape has, to a few."""
    beats = list(_beats(shape, _BEAT))
    weights = [_BUSY[(shape.begin + beat).astimezone(CHINA).hour] for beat in beats]
    found, owed = [], 0.0
    for beat, weight in zip(beats, weights, strict=True):
        owed += shape.citizens * weight / sum(weights)
        if owed >= 1:
            found.append(Deed(beat, Kind.CITIZENS, int(owed)))
            owed -= int(owed)
    return found


def _samples(shape: Shape) -> list[Deed]:
    rests = {timedelta(hours=shape.warm), shape.end}
    count = int(shape.hours * 60 / shape.sample_minutes)
    every = [timedelta(minutes=shape.sample_minutes * n) for n in range(1, count + 1)]
    return [Deed(at, Kind.REST if at in rests else Kind.SAMPLE) for at in every]


def _regular(shape: Shape) -> list[Deed]:
    """Staff and readers, by day oftener than by night."""
    found = []
    for beat in _beats(shape, 15):
        hour = (shape.begin + beat).astimezone(CHINA).hour
        found.append(Deed(beat, Kind.READERS, 2 if _BUSY[hour] > 2 else 1))
        if _BUSY[hour] > 2:
            found.append(Deed(beat + timedelta(minutes=1), Kind.STAFF))
    return found
