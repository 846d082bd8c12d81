"""Sichuan as a map of tiles: one for each of its 21 cities and prefectures, about where it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hub.opinion.signals.places import known_names
from hub.organisations.models import Body

__all__ = ["CITIES", "Tile", "city_of", "districts_of", "places_of", "tiles"]

# name → column and row
CITIES: Mapping[str, tuple[int, int]] = {
    "阿坝": (1, 0),
    "绵阳": (3, 0),
    "广元": (4, 0),
    "巴中": (5, 0),
    "达州": (6, 0),
    "甘孜": (0, 1),
    "成都": (2, 1),
    "德阳": (3, 1),
    "遂宁": (4, 1),
    "南充": (5, 1),
    "广安": (6, 1),
    "雅安": (1, 2),
    "眉山": (2, 2),
    "资阳": (3, 2),
    "内江": (4, 2),
    "凉山": (1, 3),
    "乐山": (2, 3),
    "自贡": (3, 3),
    "泸州": (4, 3),
    "攀枝花": (1, 4),
    "宜宾": (3, 4),
}
_SHADES = 5


@dataclass(frozen=True, slots=True)
class Tile:
    """`shade` goes from 0 (nobody said anything) to 5 (the most)."""

    city: str
    column: int
    row: int
    signals: int
    shade: int


def tiles(counts: Mapping[str, int]) -> list[Tile]:
    """The tiles of signals per city, from north-west to south-east."""
    most = max(counts.values(), default=0)
    return sorted(
        (
            Tile(city, column, row, counts.get(city, 0), _shade(counts.get(city, 0), most))
            for city, (column, row) in CITIES.items()
        ),
        key=lambda tile: (tile.row, tile.column),
    )


def _shade(count: int, most: int) -> int:
    return -(-count * _SHADES // most) if count else 0


def city_of(place: str, districts: Mapping[str, str]) -> str:
    """The city that a place belongs to: it begins with the city's name, or with that of a district
    below it; empty for any other."""
    for city in CITIES:
        if place.startswith(city):
            return city
    for length in range(len(place), 1, -1):
        if city := districts.get(place[:length], ""):
            return city
    return ""


def districts_of(bodies: Iterable[Body]) -> dict[str, str]:
    """The names of bodies below one of the cities, with the city."""
    known = {body.id: body for body in bodies}
    found: dict[str, str] = {}
    cities: dict[str, str] = {}
    for body in known.values():
        if city := _city_of(body, known, cities):
            for name in _as_said(body.name):
                found.setdefault(name, city)
    return found


def _city_of(body: Body, known: Mapping[str, Body], cities: dict[str, str]) -> str:
    """The city that the body or one above it is named after; `cities` keeps what was found."""
    if body.id not in cities:
        own = _named_after(body.name)
        above = known.get(body.parent_id or "")
        cities[body.id] = own or (_city_of(above, known, cities) if above else "")
    return cities[body.id]


@lru_cache(10_000)
def _named_after(name: str) -> str:
    return next((city for city in CITIES if name.startswith(city)), "")


@lru_cache(10_000)
def _as_said(name: str) -> tuple[str, ...]:
    return known_names([name])


def places_of(city: str, places: Sequence[str], bodies: Iterable[Body]) -> tuple[str, ...]:
    """Those of the places that belong to the city."""
    districts = districts_of(bodies)
    return tuple(place for place in places if place and city_of(place, districts) == city)
