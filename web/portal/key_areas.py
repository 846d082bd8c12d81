"""Key areas: the kinds of lists, the lists of a kind, and words looked for in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from aiohttp import web

from hub.catalogue.keyareas.forms import FORMS, find_form
from hub.catalogue.keyareas.models import Found, KeyList, ListView, Wanted
from hub.catalogue.keyareas.schema import Form
from hub.catalogue.keyareas.wording import list_title
from hub.kernel.errors import Words
from web.portal.asked import DEEPEST, number_of, text_of, year_of
from web.portal.desk import Desk
from web.portal.key_list import KeyListPage, Row, anchor_of, list_path, row_of
from web.portal.links import Facet, Links
from web.portal.manner import Manner
from web.portal.templating import words_of

__all__ = ["key_area_routes"]

_POINTS = "points"
_PAGE = 20
_MOST_PROJECTS = 5_000  # in all public lists of a year together


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`lists` counts those that are public."""

    path: str
    title: str
    about: str
    lists: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLink:
    path: str
    title: str
    body: str
    year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A found entry: `rows` are its fields, `path` leads to it in its list."""

    path: str
    title: str
    body: str
    year: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Of all projects found; money in 万元, `share` in percent of the whole investment."""

    projects: int
    completed: int
    investment: Decimal
    invested: Decimal

    @property
    def share(self) -> Decimal:
        return round(100 * self.invested / self.investment, 1) if self.investment else Decimal(0)


class KeyAreaPages:
    """`desk` is where these pages ask."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def kinds(self, request: web.Request, manner: Manner) -> web.Response:
        public = [view.list for view in await self._public("")]
        kinds = [
            Kind(
                path="/access-points" if form.kind == _POINTS else f"/key-areas/{form.kind}",
                title=said(form.words, manner),
                about=said(form.about, manner),
                lists=sum(one.key.kind == form.kind for one in public),
            )
            for form in FORMS.values()
        ]
        return self._desk.page(request, manner, "key-areas", {"kinds": kinds}, section="key-areas")

    async def kind(self, request: web.Request, manner: Manner) -> web.Response:
        """Lists by body and year; with words, or a year of projects, what is in them."""
        desk, words = self._desk, words_of(manner.language)
        form = find_form(request.match_info["kind"])
        asked = {name: text_of(request, name) for name in ("q", "body", "year")}
        year = year_of(request) or 0
        body = await desk.organisations.body(asked["body"]) if asked["body"] else None
        start = number_of(request, "start", default=1, most=DEEPEST) - 1
        wanted = Wanted(
            kind=form.kind,
            body_id=body.id if body else "",
            year=year,
            words=asked["q"],
            limit=_PAGE + 1,
            offset=start,
        )
        public = [view.list for view in await self._public(form.kind)]
        found = await desk.lookup.search(wanted) if asked["q"] else []
        links = Links(manner, f"/key-areas/{form.kind}", asked)
        values = {
            "form": form,
            "heading": said(form.words, manner),
            "about": said(form.about, manner),
            "asked": asked["q"],
            "hidden": {"body": asked["body"], "year": asked["year"]},
            "lists": _listed(form, public, asked["body"], year),
            "facets": _facets(links, public, words),
            "hits": [_hit(form, one, manner) for one in found[:_PAGE]],
            "totals": await self._totals(wanted) if form.kind == "projects" else None,
            "pages": {
                "first": links.to() if start else "",
                "next": links.to(start=str(start + _PAGE + 1)) if len(found) > _PAGE else "",
            },
        }
        return desk.page(request, manner, "key-area", values, section="key-areas")

    async def _public(self, kind: str) -> Sequence[ListView]:
        """Lists of which a version is in force."""
        return [one for one in await self._desk.keyareas.lists(kind=kind) if one.in_force]

    async def _totals(self, wanted: Wanted) -> Totals | None:
        """Of the projects of the newest year, or of the one asked for."""
        everything = Wanted(
            kind=wanted.kind, body_id=wanted.body_id, year=wanted.year, limit=_MOST_PROJECTS
        )
        found = await self._desk.lookup.search(everything)
        newest = max((one.year for one in found), default=0)
        values = [one.entry.values for one in found if one.year == newest]
        if not values:
            return None
        return Totals(
            projects=len(values),
            completed=sum(v["state"] == "completed" for v in values),
            investment=sum((Decimal(str(v["total_investment"])) for v in values), Decimal(0)),
            invested=sum((Decimal(str(v.get("invested", 0))) for v in values), Decimal(0)),
        )


def said(words: Words, manner: Manner) -> str:
    """The words in the interface's language."""
    return str(getattr(words, manner.language))


def _listed(form: Form, public: Sequence[KeyList], body: str, year: int) -> list[ListLink]:
    """Newest year first."""
    shown = [
        one
        for one in public
        if (not body or one.body_code == body) and (not year or one.key.year == year)
    ]
    shown.sort(key=lambda one: (-one.key.year, one.body_code))
    return [
        ListLink(
            path=list_path(form.kind, one.body_code, one.key.year),
            title=list_title(form, one),
            body=one.body_name,
            year=one.key.year,
        )
        for one in shown
    ]


def _facets(links: Links, public: Sequence[KeyList], words: Mapping[str, str]) -> list[Facet]:
    years = sorted({one.key.year for one in public if one.key.year}, reverse=True)
    bodies = dict(sorted((one.body_code, one.body_name) for one in public))
    told = {
        "year": [links.choice("year", str(year), str(year)) for year in years],
        "body": [links.choice("body", code, name) for code, name in bodies.items()],
    }
    return [
        Facet(name=name, title=words[name], choices=tuple(choices))
        for name, choices in told.items()
        if len(choices) > 1
    ]


def _hit(form: Form, found: Found, manner: Manner) -> Hit:
    path = list_path(found.kind, found.body_code, found.year)
    return Hit(
        path=f"{path}#{anchor_of(found.entry.code)}",
        title=found.title,
        body=found.body_name,
        year=found.year,
        rows=tuple(row_of(form, field, found.entry.values, manner) for field in form.fields[:6]),
    )


def key_area_routes(desk: Desk) -> list[web.RouteDef]:
    """Kinds, lists of a kind, one list; in every language and version."""
    pages, one = KeyAreaPages(desk), KeyListPage(desk)
    kind = "{kind:[a-z-]{1,32}}"
    body = "{body:[0-9A-Za-z._-]{1,64}}"
    return [
        *desk.in_every_manner("/key-areas", pages.kinds),
        *desk.in_every_manner(f"/key-areas/{kind}", pages.kind),
        *desk.in_every_manner(f"/key-areas/{kind}/{body}", one.show),
        *desk.in_every_manner(f"/key-areas/{kind}/{body}/{{year:[0-9]{{4}}}}", one.show),
    ]
