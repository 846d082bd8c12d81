"""What citizens ask of the lists: words, places, progress, years; one query each.

Only what is public and in force today is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hub.catalogue.keyareas import searching
from hub.catalogue.keyareas.coverage import Coverage, coverage
from hub.catalogue.keyareas.forms import find_form
from hub.catalogue.keyareas.hours import Opening, open_at, read_hours
from hub.catalogue.keyareas.models import Found, Near, Position, Wanted
from hub.catalogue.keyareas.places import around, metres_between
from hub.kernel.calendar import day_kind
from hub.kernel.clock import CHINA, Clock
from hub.kernel.database import Database

__all__ = ["KeyAreaLookup", "PointNear", "nearest", "opening"]

_POINTS, _PROJECTS = "points", "projects"


@dataclass(frozen=True, slots=True, kw_only=True)
class PointNear:
    """An access point, how far it is, and whether it is open now."""

    near: Near
    opening: Opening


class KeyAreaLookup:
    """Positions are GCJ-02; `hub.catalogue.keyareas.places.to_gcj` makes them of WGS-84."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def search(self, wanted: Wanted) -> list[Found]:
        """Entries by words, body, year, category and progress; raises UnknownKind."""
        find_form(wanted.kind)
        today = self._local().date()
        return await self._database.read(lambda c: searching.search_entries(c, wanted, today))

    async def projects_near(
        self, at: Position, *, metres: float = 5_000, year: int = 0, count: int = 20
    ) -> list[Near]:
        """Livelihood projects within `metres`, nearest first."""
        today, box = self._local().date(), around(at, metres)
        found = await self._database.read(
            lambda c: searching.entries_within(c, _PROJECTS, today, box, year)
        )
        return [near for near in nearest(at, found)[:count] if near.metres <= metres]

    async def points_near(
        self, at: Position, *, place: str = "", count: int = 5
    ) -> list[PointNear]:
        """The nearest access points, of one kind of place when given, and whether they are open.

        There are a few hundred in a province, so they are all measured.
        """
        local = self._local()
        found = await self._database.read(
            lambda c: searching.entries_within(c, _POINTS, local.date())
        )
        wanted = [f for f in found if not place or f.entry.values["place"] == place]
        return [
            PointNear(near=near, opening=opening(near.found, local))
            for near in nearest(at, wanted)[:count]
        ]

    async def coverage(self) -> Coverage:
        """Indicators of access points over every city there is a government of."""
        today = self._local().date()
        return await self._database.read(
            lambda c: coverage(searching.cities(c), searching.entries_of_kind(c, _POINTS, today))
        )

    async def over_years(self, kind: str, body_id: str, codes: Sequence[str]) -> list[Found]:
        """The same entries of one body in every public year, oldest first: what a chart shows."""
        find_form(kind)
        today = self._local().date()
        return await self._database.read(
            lambda c: searching.entries_over_years(c, kind, body_id, codes, today)
        )

    def _local(self) -> datetime:
        return self._clock.now().astimezone(CHINA)


def nearest(at: Position, found: Sequence[Found]) -> list[Near]:
    """Everything that has a position, nearest first, by code where it is the same."""
    measured = [
        Near(found=one, metres=round(metres_between(at, one.position)))
        for one in found
        if one.position is not None
    ]
    return sorted(measured, key=lambda near: (near.metres, near.found.entry.code))


def opening(point: Found, local: datetime) -> Opening:
    """Whether an access point is open at that time in China."""
    day: date = local.date()
    return open_at(read_hours(str(point.entry.values["hours"])), local, day_kind(day))
