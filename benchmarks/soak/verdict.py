"""What a day's samples say: whether memory grew, what was left open, what was not given back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

__all__ = ["Sample", "grown", "largest_growth", "left_over", "slope", "steady"]

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The hub's process at one moment, `hour` hours after the beginning. `memory` is its own,
    without the pages of files that are `mapped`, in bytes as is `wal`; `blocks` are what Python's
    allocator has given out, `cpu` the seconds it has worked; `files` are descriptors by kind,
    `tasks` and `threads` by name, `objects` the garbage collector's by type, `maps` the sizes of
    the containers that its parts hold, by their place; `connections` of its database."""

    hour: float
    memory: int
    mapped: int = 0
    blocks: int
    wal: int
    cpu: float = 0.0
    files: Mapping[str, int] = field(default_factory=dict)
    tasks: Mapping[str, int] = field(default_factory=dict)
    threads: Mapping[str, int] = field(default_factory=dict)
    objects: Mapping[str, int] = field(default_factory=dict)
    maps: Mapping[str, int] = field(default_factory=dict)
    connections: Mapping[str, int] = field(default_factory=dict)


def slope(points: Sequence[tuple[float, float]]) -> float:
    """By how much y grows when x grows by one: the line of least squares through (x, y)."""
    if len(points) < 2:
        return 0.0
    middle = sum(x for x, _ in points) / len(points)
    level = sum(y for _, y in points) / len(points)
    spread = sum((x - middle) ** 2 for x, _ in points)
    return sum((x - middle) * (y - level) for x, y in points) / spread if spread else 0.0


def grown(samples: Sequence[Sample], begin: float, per_hours: float) -> float:
    """MiB that the line through the process's own memory since hour `begin` gains in so long."""
    points = [(one.hour, one.memory / MIB) for one in samples if one.hour >= begin]
    return slope(points) * per_hours


def steady(samples: Sequence[Sample]) -> Sample:
    """The last of them, with only what was there in each: a job that happens to run is no leak."""

    def least(name: str) -> dict[str, int]:
        looks: list[Mapping[str, int]] = [getattr(one, name) for one in samples]
        return {key: min(look.get(key, 0) for look in looks) for key in looks[-1]}

    return replace(
        samples[-1],
        files=least("files"),
        tasks=least("tasks"),
        threads=least("threads"),
        connections=least("connections"),
    )


def left_over(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """What there is more of by name; what there is less of makes up for nothing."""
    return {
        name: count - before.get(name, 0)
        for name, count in sorted(after.items())
        if count > before.get(name, 0)
    }


def largest_growth(
    before: Mapping[str, int], after: Mapping[str, int], most: int
) -> dict[str, int]:
    """The names of which there are most more."""
    return dict(Counter(left_over(before, after)).most_common(most))
