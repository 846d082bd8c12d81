"""Access points: where people read government information on paper, near them and open now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from hub.catalogue.keyareas.forms import find_form
from hub.catalogue.keyareas.hours import Opening
from hub.catalogue.keyareas.lookup import opening
from hub.catalogue.keyareas.models import Found, Position, Wanted
from hub.catalogue.keyareas.places import to_wgs
from hub.kernel.clock import CHINA
from web.portal.asked import position_of, text_of
from web.portal.desk import Desk
from web.portal.links import Facet, Links
from web.portal.manner import Manner
from web.portal.templating import words_of

__all__ = ["access_point_routes", "geo_of", "map_of"]

_NEAREST = 10
_MOST = 1_000  # a province has some hundreds
_OPENINGS: Mapping[Opening, str] = {
    Opening.OPEN: "open-now",
    Opening.SHUT: "shut-now",
    Opening.UNKNOWN: "opening-unknown",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PointCard:
    """`distance` in words where somebody asked for the nearest; `state` is the word for open,
    shut or unknown; `map` and `geo` are empty where no position is known."""

    name: str
    place: str
    city: str
    address: str
    hours: str
    phone: str
    equipment: str
    staff: str
    sign: bool
    state: str
    opening: str
    distance: str = ""
    map: str = ""
    geo: str = ""


class AccessPoints:
    """`desk` is where the page asks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, request: web.Request, manner: Manner) -> web.Response:
        """By city and kind of place, or the nearest to a position."""
        desk, words = self._desk, words_of(manner.language)
        asked = {name: text_of(request, name) for name in ("city", "place", "lat", "lon", "datum")}
        at = position_of(request)
        every = await desk.lookup.search(Wanted(kind="points", limit=_MOST))
        links = Links(manner, "/access-points", asked)
        if at is None:
            wanted = [one for one in every if _is_wanted(one, asked)]
            cards = [self._card(one, manner) for one in wanted]
        else:
            near = await desk.lookup.points_near(at, place=asked["place"], count=_NEAREST)
            cards = [self._card(one.near.found, manner, one.near.metres) for one in near]
        values = {
            "cards": cards,
            "asked": asked,
            "near": at is not None,
            "cities": list(dict.fromkeys(str(one.entry.values["city"]) for one in every)),
            "facets": _facets(links, every, words, manner),
            "coverage": await desk.kept.get("coverage", desk.lookup.coverage),
        }
        return desk.page(request, manner, "access-points", values, section="access-points")

    def _card(self, found: Found, manner: Manner, metres: int | None = None) -> PointCard:
        values, words = found.entry.values, words_of(manner.language)
        state = opening(found, self._desk.clock.now().astimezone(CHINA))
        equipment = values.get("equipment")
        return PointCard(
            **{name: str(values[name]) for name in ("name", "city", "address", "hours", "phone")},
            place=_place(str(values["place"]), manner),
            equipment="、".join(equipment) if isinstance(equipment, tuple) else "",
            staff=str(values["staff"]),
            sign=bool(values["sign"]),
            state=state.value,
            opening=words[_OPENINGS[state]],
            distance="" if metres is None else _distance(metres, words),
            map=map_of(found.position, found.title) if found.position else "",
            geo=geo_of(found.position) if found.position else "",
        )


def map_of(position: Position, name: str) -> str:
    """A marker on a Chinese map (lbs.amap.com/api/uri-api): longitude first, GCJ-02."""
    where = f"{position.longitude:.6f},{position.latitude:.6f}"
    return "https://uri.amap.com/marker?" + urlencode({"position": where, "name": name})


def geo_of(position: Position) -> str:
    """A geo URI (RFC 5870), which is WGS-84 by default: any map program opens it."""
    wgs = to_wgs(position)
    return f"geo:{wgs.latitude:.6f},{wgs.longitude:.6f}"


def _is_wanted(found: Found, asked: Mapping[str, str]) -> bool:
    values = found.entry.values
    return all(not asked[name] or str(values[name]) == asked[name] for name in ("city", "place"))


def _distance(metres: int, words: Mapping[str, str]) -> str:
    if metres < 1_000:
        return words["metres"].format(count=metres)
    return words["kilometres"].format(count=f"{metres / 1_000:,.1f}")


def _place(value: str, manner: Manner) -> str:
    return str(getattr(find_form("points").field("place").label(value), manner.language))


def _facets(
    links: Links, points: Sequence[Found], words: Mapping[str, str], manner: Manner
) -> list[Facet]:
    """Counts are of all points while nothing is chosen, and not told after that."""
    told = links.untouched()
    facets = []
    for name, title in (("city", "city"), ("place", "place-kind")):
        counts: dict[str, int] = {}
        for one in points:
            value = str(one.entry.values[name])
            counts[value] = counts.get(value, 0) + 1
        choices = tuple(
            links.choice(
                name,
                value,
                _place(value, manner) if name == "place" else value,
                count if told else None,
            )
            for value, count in counts.items()
        )
        facets.append(Facet(name=name, title=words[title], choices=choices))
    return facets


def access_point_routes(desk: Desk) -> list[web.RouteDef]:
    """The page of access points, in every language and version."""
    return desk.in_every_manner("/access-points", AccessPoints(desk).show)
