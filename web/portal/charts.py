"""A chart of amounts over the years, as numbers that a template draws: bars side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

__all__ = ["Bar", "Chart", "Series", "YearMark", "bars"]

_WIDTH, _HEIGHT = 640, 260  # of the drawing, in its own units
_TOP, _BOTTOM, _SIDE = 24, 32, 8
_MOST_YEARS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line of the table beside the chart: amounts in 万元 by year; a year may be missing."""

    label: str
    amounts: tuple[tuple[int, Decimal], ...]

    def at(self, year: int) -> Decimal | None:
        return dict(self.amounts).get(year)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """`middle` is where its number stands, `series` which pattern it has."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    series: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class YearMark:
    x: float
    year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    series: tuple[Series, ...]
    years: tuple[YearMark, ...]
    bars: tuple[Bar, ...]
    width: int = _WIDTH
    height: int = _HEIGHT
    base: int = _HEIGHT - _BOTTOM


def bars(series: Sequence[Series]) -> Chart | None:
    """The last eight years that anything is known of; None where that is less than two, for one
    number is no development."""
    years = sorted({year for one in series for year, _ in one.amounts})[-_MOST_YEARS:]
    if len(years) < 2:
        return None
    highest = max(amount for one in series for year, amount in one.amounts if year in years)
    step = (_WIDTH - 2 * _SIDE) / len(years)
    thick = min(56.0, step * 0.7 / len(series))
    drawn = []
    for place, year in enumerate(years):
        left = _SIDE + step * (place + 0.5) - thick * len(series) / 2
        for number, one in enumerate(series):
            amount = one.at(year)
            if amount is not None:
                drawn.append(_bar(left + number * thick, thick, number, amount, highest))
    marks = (YearMark(x=round(_SIDE + step * (n + 0.5), 1), year=y) for n, y in enumerate(years))
    return Chart(series=tuple(series), years=tuple(marks), bars=tuple(drawn))


def _bar(left: float, thick: float, series: int, amount: Decimal, highest: Decimal) -> Bar:
    room = _HEIGHT - _TOP - _BOTTOM
    height = float(amount / highest) * room if highest else 0.0
    return Bar(
        x=round(left + thick * 0.06, 1),
        y=round(_HEIGHT - _BOTTOM - height, 1),
        width=round(thick * 0.88, 1),
        height=round(height, 1),
        middle=round(left + thick / 2, 1),
        series=series,
        text=f"{amount:,.0f}" if amount >= 1000 else f"{amount:f}",
    )
