"""The pages on which people look around: home, the catalogue's lists, the bodies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from aiohttp import web

from hub.catalogue.classification.models import Genre
from hub.catalogue.models import Item
from hub.catalogue.public.models import Place, PublicFilter
from hub.organisations.models import Body
from web.portal.asked import cursor_of, genre_of, place_of, text_of, year_of
from web.portal.desk import Desk
from web.portal.entries import Entry, entry_of, genre_words
from web.portal.manner import Manner
from web.portal.templating import words_of

__all__ = ["browsing_routes"]

_PAGE = 20
_NEWEST, _INTERPRETATIONS, _BODIES = 8, 4, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value of a facet; `count` is None where nobody counted."""

    label: str
    link: str
    count: int | None = None
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    name: str
    title: str
    choices: tuple[Choice, ...]


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
            "themes": await desk.theme_counts(),
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
        links = _Links(manner, path, asked)
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
        self, links: _Links, words: Mapping[str, str], bodies: Sequence[Body], manner: Manner
    ) -> list[Facet]:
        counts = dict(await self._desk.theme_counts())
        years = range(self._desk.today().year, self._desk.today().year - 8, -1)
        themes = [links.choice("theme", name, name, counts[name]) for name in counts]
        genres = [links.choice("genre", g.value, genre_words(g, manner)) for g in Genre]
        told = [
            ("theme", themes),
            ("year", [links.choice("year", str(year), str(year)) for year in years]),
            ("genre", genres),
            ("body", [links.choice("body", body.code, body.name) for body in bodies]),
        ]
        return [Facet(name=n, title=words[n], choices=tuple(choices)) for n, choices in told]


class _Links:
    """Addresses of one list with one filter more, or one less."""

    def __init__(self, manner: Manner, path: str, asked: Mapping[str, str]) -> None:
        self._manner, self._path, self._asked = manner, path, asked

    def to(self, **change: str) -> str:
        return self._manner.link(self._path, **{**self._asked, **change})

    def choice(self, name: str, value: str, label: str, count: int | None = None) -> Choice:
        chosen = self._asked[name] == value
        link = self.to(**{name: "" if chosen else value})
        return Choice(label=label, link=link, count=count, chosen=chosen)

    def asked(self, name: str) -> str:
        return self._asked[name]

    def feed(self) -> str:
        """The feed of the same body and theme; feeds know no other filter."""
        wanted = {name: self._asked[name] for name in ("body", "theme")}
        return Manner().link("/feeds/atom.xml", **wanted)


def _chosen(links: _Links, body: Body | None, genre: Genre | None, manner: Manner) -> list[Choice]:
    labels = {
        "theme": links.asked("theme"),
        "year": links.asked("year"),
        "genre": genre_words(genre, manner) if genre else "",
        "body": body.name if body else "",
    }
    return [links.choice(name, links.asked(name), label) for name, label in labels.items() if label]


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
