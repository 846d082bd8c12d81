"""The numbers of a chart as what a drawing needs: fractions of the axis, ticks, and texts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Scale", "share_texts", "told", "value_texts"]

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_TICKS = 5
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from `low` to `high` with round ticks; bars stand on zero, which is always on it."""

    low: float
    high: float
    step: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Scale:
        """The tightest axis with about five round steps that holds zero and all `values`."""
        known = [*values, 0.0]
        low, high = min(known), max(known)
        span = (high - low) or 1.0
        rough = span / _TICKS
        size = 10.0 ** math.floor(math.log10(rough))
        step = size * next(one for one in _STEPS if one * size >= rough * (1 - 1e-9))
        return cls(step * math.floor(low / step), step * max(1, math.ceil(high / step)), step)

    def at(self, value: float) -> float:
        """Where `value` is between low (0.0) and high (1.0)."""
        return round((value - self.low) / (self.high - self.low), _DIGITS)

    def ticks(self) -> tuple[float, ...]:
        count = round((self.high - self.low) / self.step)
        return tuple(self.low + self.step * index for index in range(count + 1))


def told(value: float, digits: int | None = None) -> str:
    """`4286.7` as `4,286.7`, with as many decimals as it has, or `digits`."""
    if digits is None:
        digits = decimals(value)
    text = f"{value:,.{digits}f}"
    return "0" if not float(text.replace(",", "")) and digits == 0 else text.replace("-", "−")


def decimals(value: float) -> int:
    """How many decimals `value` is written with, at most six."""
    return len(f"{value:.{_DIGITS}f}".rstrip("0").partition(".")[2])


def value_texts(values: Iterable[float]) -> tuple[str, ...]:
    """The numbers of one series, all with the same count of decimals."""
    known = tuple(values)
    digits = max(map(decimals, known), default=0)
    return tuple(told(value, digits) for value in known)


def share_texts(values: Iterable[float]) -> tuple[str, ...]:
    """The shares of the whole in percent; they add up to 100.0 exactly (largest remainders)."""
    known = tuple(values)
    whole = math.fsum(known)
    exact = [value / whole * 1000 for value in known]
    parts = [math.floor(part + 1e-9) for part in exact]
    missing = 1000 - sum(parts)
    order = sorted(range(len(parts)), key=lambda index: parts[index] - exact[index])
    for index in order[:missing]:
        parts[index] += 1
    return tuple(f"{part // 10}.{part % 10}%" for part in parts)
