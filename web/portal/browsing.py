"""The pages on which people look around: home, the catalogue's lists, the bodies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from aiohttp import web

from hub.catalogue.classification.models import Genre
from hub.catalogue.models import Item
from hub.catalogue.public.models import Place, PublicFilter
from hub.organisations.models import Body
from web.portal.asked import cursor_of, genre_of, place_of, text_of, year_of
from web.portal.desk import Desk
from web.portal.entries import Entry, entry_of, genre_words
from web.portal.links import Choice, Facet, Links
from web.portal.manner import Manner
from web.portal.templating import words_of

__all__ = ["browsing_routes"]

_PAGE = 20
_NEWEST, _INTERPRETATIONS, _BODIES = 8, 4, 12


class Browsing:
    """`desk` is where these pages ask."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def home(self, request: web.Request, manner: Manner) -> web.Response:
        desk = self._desk
        newest = await desk.public.page(PublicFilter(), limit=_NEWEST)
        told = await desk.public.page(PublicFilter(interpretations=True), limit=_INTERPRETATIONS)
        bodies = await desk.organisations.bodies()
        names = {body.id: body.name for body in bodies}
        values = {
            "counts": await desk.totals(),
            "newest": self._entries(newest, names),
            "interpretations": self._entries(told, names),
            "themes": list((await desk.shelf_counts()).themes.items()),
            "areas": desk.areas(manner),
            "bodies": bodies[:_BODIES],
        }
        return desk.page(request, manner, "home", values)

    async def catalogue(self, request: web.Request, manner: Manner) -> web.Response:
        return await self._listing(request, manner, "catalogue", "/catalogue", PublicFilter())

    async def interpretations(self, request: web.Request, manner: Manner) -> web.Response:
        wanted = PublicFilter(interpretations=True)
        return await self._listing(request, manner, "interpretations", "/interpretations", wanted)

    async def bodies(self, request: web.Request, manner: Manner) -> web.Response:
        """The tree of bodies: those below a body stand under it."""
        bodies = await self._desk.organisations.bodies()
        known = {body.id for body in bodies}
        below: dict[str, list[Body]] = {}
        for body in bodies:
            below.setdefault(body.parent_id if body.parent_id in known else "", []).append(body)
        values = {"tops": below.get("", []), "below": below}
        return self._desk.page(request, manner, "bodies", values, section="bodies")

    async def _listing(
        self, request: web.Request, manner: Manner, section: str, path: str, base: PublicFilter
    ) -> web.Response:
        desk, words = self._desk, words_of(manner.language)
        bodies = await desk.organisations.bodies()
        asked = {name: text_of(request, name) for name in ("body", "theme", "genre", "year")}
        body = await desk.organisations.body(asked["body"]) if asked["body"] else None
        wanted = replace(
            base,
            body_id=body.id if body else "",
            theme=asked["theme"],
            genre=genre_of(request),
            year=year_of(request),
        )
        found = await desk.public.page(wanted, after=place_of(request), limit=_PAGE + 1)
        links = Links(manner, path, asked)
        values = {
            "heading": words[section],
            "entries": self._entries(found[:_PAGE], {b.id: b.name for b in bodies}),
            "total": None,
            "facets": await self._facets(links, words, bodies, manner),
            "chosen": _chosen(links, body, wanted.genre, manner),
            "pages": {
                "first": links.to() if "after" in request.query else "",
                "next": links.to(after=_after(found)) if len(found) > _PAGE else "",
            },
            "feed": links.feed(),
        }
        return desk.page(request, manner, "listing", values, section=section)

    def _entries(self, items: Iterable[Item], names: Mapping[str, str]) -> list[Entry]:
        today = self._desk.today()
        return [entry_of(item, names.get(item.body_id, ""), today) for item in items]

    async def _facets(
        self, links: Links, words: Mapping[str, str], bodies: Sequence[Body], manner: Manner
    ) -> list[Facet]:
        """Only what has items on the whole site; how many is told while nothing is chosen."""
        desk = self._desk
        shelves = await desk.shelf_counts()
        counts = {
            "theme": shelves.themes,
            "year": await desk.year_counts(),
            "genre": shelves.genres,
            "body": _with_those_below(bodies, shelves.bodies),
        }
        labels = {
            "theme": {name: name for name in counts["theme"]},
            "year": {year: year for year in sorted(counts["year"], reverse=True)},
            "genre": {genre.value: genre_words(genre, manner) for genre in Genre},
            "body": {body.code: body.name for body in bodies},
        }
        told = links.untouched()
        return [
            Facet(
                name=name,
                title=words[name],
                choices=tuple(
                    links.choice(name, value, label, counts[name].get(value) if told else None)
                    for value, label in labels[name].items()
                    if counts[name].get(value) or links.asked(name) == value
                ),
            )
            for name in labels
        ]


def _chosen(links: Links, body: Body | None, genre: Genre | None, manner: Manner) -> list[Choice]:
    labels = {
        "theme": links.asked("theme"),
        "year": links.asked("year"),
        "genre": genre_words(genre, manner) if genre else "",
        "body": body.name if body else "",
    }
    return [links.choice(name, links.asked(name), label) for name, label in labels.items() if label]


def _with_those_below(bodies: Sequence[Body], own: Mapping[str, int]) -> Mapping[str, int]:
    """By code: the items of each body and of all below it, as its list shows them."""
    counts: dict[str, int] = dict.fromkeys((body.id for body in bodies), 0)
    parents = {body.id: body.parent_id for body in bodies}
    for body in bodies:
        at: str | None = body.id
        while at in counts:
            counts[at] += own.get(body.id, 0)
            at = parents[at]
    return {body.code: counts[body.id] for body in bodies}


def _after(found: Sequence[Item]) -> str:
    last = found[_PAGE - 1]
    if last.published_at is None:
        raise AssertionError("the database holds it: what is public has a date")
    return cursor_of(Place(last.published_at, last.id))


def browsing_routes(desk: Desk) -> list[web.RouteDef]:
    """Home, the catalogue, interpretations, the bodies; in every language and version."""
    pages = Browsing(desk)
    return [
        *desk.in_every_manner("/", pages.home),
        *desk.in_every_manner("/catalogue", pages.catalogue),
        *desk.in_every_manner("/interpretations", pages.interpretations),
        *desk.in_every_manner("/bodies", pages.bodies),
    ]
