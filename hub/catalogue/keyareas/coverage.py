"""Indicators of access points: are all three kinds of place there, and are they fit for use?

Regulation on Government Information Disclosure, article 25; a point is fit when it has the unified
sign, equipment and staff.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.catalogue.keyareas.kinds.points import STATUTORY
from hub.catalogue.keyareas.models import Found, Values

__all__ = ["Coverage", "coverage", "is_fit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """`covered` of `wanted` pairs of city and kind of place; `missing` names the others.

    Percentages are None where there is nothing to count: no city, no point is unknown, not zero.
    """

    wanted: int
    missing: tuple[tuple[str, str], ...]
    points: int
    fit: int

    @property
    def covered(self) -> int:
        return self.wanted - len(self.missing)

    @property
    def share(self) -> float | None:
        """查阅点覆盖率 in percent."""
        return round(100 * self.covered / self.wanted, 1) if self.wanted else None

    @property
    def fit_share(self) -> float | None:
        """查阅点达标率 in percent."""
        return round(100 * self.fit / self.points, 1) if self.points else None


def coverage(cities: Sequence[str], points: Sequence[Found]) -> Coverage:
    """`cities` by name: 成都市 or 成都."""
    told = [(str(p.entry.values["city"]), str(p.entry.values["place"])) for p in points]
    missing = tuple(
        (city, place)
        for city in cities
        for place in STATUTORY
        if not any(kind == place and _same_city(city, named) for named, kind in told)
    )
    return Coverage(
        wanted=len(cities) * len(STATUTORY),
        missing=missing,
        points=len(points),
        fit=sum(is_fit(point.entry.values) for point in points),
    )


def is_fit(values: Values) -> bool:
    """Sign, equipment and staff."""
    return bool(values["sign"] and values.get("equipment") and int(str(values["staff"])) > 0)


def _same_city(one: str, other: str) -> bool:
    """成都 and 成都市, 凉山 and 凉山彝族自治州 are the same."""
    return one.startswith(other) or other.startswith(one)
