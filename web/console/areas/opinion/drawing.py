"""Counts per day as numbers that a template draws: a line beside a title, columns on a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hub.opinion.issues.models import Burst, DayCount

__all__ = ["Column", "Columns", "columns", "filled", "sparkline"]

_WIDTH, _HEIGHT, _TOP, _BOTTOM = 720, 190, 18, 22  # of the drawing, in its own units
_LINE_WIDTH, _LINE_HEIGHT = 120, 28
_MOST_DAYS = 90
_LABELS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One day; `negative` is the height of its lower, negative part. `burst`: more was said than
    chance explains."""

    day: date
    signals: int
    bad: int
    x: float
    y: float
    height: float
    negative: float
    burst: bool
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """`most` is the count of the highest column, `thick` how wide each is."""

    columns: tuple[Column, ...]
    thick: float
    most: int
    width: int = _WIDTH
    height: int = _HEIGHT
    base: int = _HEIGHT - _BOTTOM


def filled(days: Iterable[DayCount], first: date, last: date) -> list[DayCount]:
    """A counter for each day, those on which nobody spoke too."""
    known = {one.day: one for one in days}
    span = (last - first).days + 1
    every = (first + timedelta(days=n) for n in range(span))
    return [known.get(day) or DayCount(day, 0, 0, 0) for day in every]


def sparkline(counts: Sequence[int]) -> str:
    """The points of a line through the counts; the most stands at the top."""
    most = max(counts, default=0) or 1
    step = _LINE_WIDTH / max(1, len(counts) - 1)
    room = _LINE_HEIGHT - 4
    return " ".join(
        f"{n * step:.1f},{_LINE_HEIGHT - 2 - room * count / most:.1f}"
        for n, count in enumerate(counts)
    )


def columns(days: Sequence[DayCount], last: date, bursts: Sequence[Burst] = ()) -> Columns | None:
    """The last 90 days up to `last` at most, from the first that has any; None without one."""
    begin = last - timedelta(days=_MOST_DAYS - 1)
    known: Mapping[date, DayCount] = {one.day: one for one in days if begin <= one.day <= last}
    if not known:
        return None
    first = min(min(known), last - timedelta(days=13))
    shown = filled(known.values(), first, last)
    most = max(one.signals for one in shown)
    step = _WIDTH / len(shown)
    every = max(1, len(shown) // _LABELS)
    drawn = tuple(
        _column(one, n * step, most, bursts, labelled=n % every == every // 2)
        for n, one in enumerate(shown)
    )
    return Columns(columns=drawn, thick=round(min(40.0, step * 0.8), 1), most=most)


def _column(
    one: DayCount, x: float, most: int, bursts: Sequence[Burst], *, labelled: bool
) -> Column:
    room = _HEIGHT - _TOP - _BOTTOM
    height = room * one.signals / most if most else 0.0
    return Column(
        day=one.day,
        signals=one.signals,
        bad=one.negative,
        x=round(x, 1),
        y=round(_HEIGHT - _BOTTOM - height, 1),
        height=round(height, 1),
        negative=round(room * min(one.negative, one.signals) / most, 1) if most else 0.0,
        burst=any(burst.begun_on <= one.day <= burst.last_on for burst in bursts),
        label=f"{one.day:%m-%d}" if labelled else "",
    )
