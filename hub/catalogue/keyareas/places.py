"""Positions on the earth and on China's maps.

Maps published in China draw GCJ-02, which shifts WGS-84 (what a satellite receiver says) by up to
some hundred metres; a person's position from WeChat is GCJ-02 as well. Everything is compared in
GCJ-02, and the list says in which of the two a position was given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hub.catalogue.keyareas.models import Position

__all__ = ["Box", "around", "in_china", "metres_between", "to_gcj", "to_wgs"]

_EARTH = 6_371_008.8  # mean radius in metres, IUGG
_METRES_PER_DEGREE = math.pi * _EARTH / 180
# Krasovsky 1940, the ellipsoid of the shift
_AXIS, _ECCENTRICITY = 6_378_245.0, 0.00669342162296594323
_SOUTH, _NORTH, _WEST, _EAST = 3.0, 54.0, 73.0, 136.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Degrees that enclose a circle."""

    south: float
    north: float
    west: float
    east: float


def in_china(position: Position) -> bool:
    return _SOUTH <= position.latitude <= _NORTH and _WEST <= position.longitude <= _EAST


def metres_between(a: Position, b: Position) -> float:
    """Along the great circle (haversine)."""
    lat_a, lat_b = math.radians(a.latitude), math.radians(b.latitude)
    d_lat = lat_b - lat_a
    d_lon = math.radians(b.longitude - a.longitude)
    h = math.sin(d_lat / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(d_lon / 2) ** 2
    return 2 * _EARTH * math.asin(math.sqrt(min(1.0, h)))


def around(centre: Position, metres: float) -> Box:
    """A box that holds every place within `metres` of `centre`."""
    d_lat = metres / _METRES_PER_DEGREE
    # a circle is widest where meridians are closest
    widest = math.cos(math.radians(min(89.9, abs(centre.latitude) + d_lat)))
    d_lon = min(180.0, d_lat / widest)
    return Box(
        south=centre.latitude - d_lat,
        north=centre.latitude + d_lat,
        west=centre.longitude - d_lon,
        east=centre.longitude + d_lon,
    )


def to_gcj(wgs: Position) -> Position:
    """WGS-84 to GCJ-02."""
    d_lat, d_lon = _shift(wgs)
    return Position(latitude=wgs.latitude + d_lat, longitude=wgs.longitude + d_lon)


def to_wgs(gcj: Position) -> Position:
    """GCJ-02 to WGS-84, to within a millimetre: the shift is undone by iterating."""
    guess = gcj
    for _ in range(10):
        d_lat, d_lon = _shift(guess)
        guess = Position(latitude=gcj.latitude - d_lat, longitude=gcj.longitude - d_lon)
    return guess


def _shift(at: Position) -> tuple[float, float]:
    x, y = at.longitude - 105.0, at.latitude - 35.0
    common = 20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += (common + _waves(y, (20, 1), (40, 3)) + _waves(y, (160, 12), (320, 30))) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += (common + _waves(x, (20, 1), (40, 3)) + _waves(x, (150, 12), (300, 30))) * 2 / 3
    latitude = math.radians(at.latitude)
    magic = 1 - _ECCENTRICITY * math.sin(latitude) ** 2
    root = math.sqrt(magic)
    d_lat = math.degrees(north) / (_AXIS * (1 - _ECCENTRICITY) / (magic * root))
    d_lon = math.degrees(east) / (_AXIS / root * math.cos(latitude))
    return d_lat, d_lon


def _waves(value: float, *waves: tuple[float, float]) -> float:
    return sum(height * math.sin(value / length * math.pi) for height, length in waves)
