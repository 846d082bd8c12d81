"""The day as a timeline, as numbers that a template draws: bars of what was answered when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from simulators.citizens.models import Purpose, Spoken
from simulators.citizens.reading import Kind, kind_of
from simulators.citizens.table import HOURS, clock_of

__all__ = ["KINDS", "Bar", "Mark", "Timeline", "timeline"]

_WIDTH, _HEIGHT = 960, 260  # of the drawing, in its own units
_TOP, _BOTTOM, _SIDE = 30, 26, 6
_PARTS = 40  # quarters of an hour

# from the base up: class of the bar, and what it counts
KINDS: tuple[tuple[str, str, str], ...] = (
    ("cited", "有出处的答复", "answered from a document"),
    ("told", "办理与确认", "confirmed, kept"),
    ("handed", "转人工", "handed to a person"),
    ("nothing", "没有公开的答案", "nothing published"),
    ("lost", "无答复", "no answer"),
)
_OF_KIND = {Kind.CITED: "cited", Kind.TOLD: "told", Kind.HANDED: "handed", Kind.NOTHING: "nothing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An event of the incident, numbered; its words stand in the list below."""

    x: float
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    bars: tuple[Bar, ...]
    water: str  # the line of messages about the incident
    marks: tuple[Mark, ...]
    hours: tuple[tuple[float, str], ...]
    highest: int
    width: int = _WIDTH
    height: int = _HEIGHT
    top: int = _TOP
    base: int = _HEIGHT - _BOTTOM


def timeline(
    spoken: Sequence[Spoken],
    titles: Collection[str],
    events: Sequence[float],
    length: float,
) -> Timeline:
    """`events` are moments in seconds since the day began, `length` how long the day is."""
    end = max(length, *(one.at for one in spoken), *events)
    counts: list[Counter[str]] = [Counter() for _ in range(_PARTS)]
    water = [0] * _PARTS
    for one in spoken:
        place = min(_PARTS - 1, int(one.at / end * _PARTS))
        kind = kind_of(one.answer.text, titles) if one.answer else None
        counts[place][_OF_KIND.get(kind, "lost") if kind else "lost"] += 1
        water[place] += one.saying.purpose is Purpose.INCIDENT
    highest = max((sum(count.values()) for count in counts), default=0) or 1
    step, room = (_WIDTH - 2 * _SIDE) / _PARTS, _HEIGHT - _TOP - _BOTTOM
    bars = []
    for place, count in enumerate(counts):
        base = float(_HEIGHT - _BOTTOM)
        for kind_name, _, _ in KINDS:
            height = count[kind_name] / highest * room
            if height:
                base -= height
                bars.append(_bar(place, step, base, height, kind_name))
    points = (
        f"{_SIDE + step * (place + 0.5):.1f},{_HEIGHT - _BOTTOM - number / highest * room:.1f}"
        for place, number in enumerate(water)
    )
    return Timeline(
        bars=tuple(bars),
        water=" ".join(points),
        marks=_marks(events, end),
        hours=tuple(_hours(end, length)),
        highest=highest,
    )


def _bar(place: int, step: float, base: float, height: float, kind: str) -> Bar:
    left = _SIDE + step * place + step * 0.08
    return Bar(
        x=round(left, 1),
        y=round(base, 1),
        width=round(step * 0.84, 1),
        height=round(height, 1),
        kind=kind,
    )


def _marks(events: Sequence[float], end: float) -> tuple[Mark, ...]:
    """Marks that would cover each other stand side by side."""
    marks: list[Mark] = []
    for number, at in enumerate(events, 1):
        x = _SIDE + at / end * (_WIDTH - 2 * _SIDE)
        if marks:
            x = max(x, marks[-1].x + 19)
        marks.append(Mark(x=round(min(x, _WIDTH - 10), 1), number=number))
    return tuple(marks)


def _hours(end: float, length: float) -> list[tuple[float, str]]:
    found = []
    for hour in range(0, HOURS + 1, 2):
        at = hour / HOURS * length
        if at <= end:
            x = _SIDE + at / end * (_WIDTH - 2 * _SIDE)
            found.append((round(min(max(x, 20), _WIDTH - 20), 1), clock_of(at, length)))
    return found
