"""The search page: what was found, what was understood, and how to go on from there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from aiohttp import web
from markupsafe import Markup, escape

from hub.catalogue.classification.models import SEPARATOR, Genre
from hub.catalogue.models import Standing
from hub.catalogue.search.models import FacetCount, Highlight, Hit, Page, Question, Sort, Understood
from hub.catalogue.validity.rules import STANDING_WORDS, standing
from hub.organisations.models import Body
from web.portal.asked import DEEPEST, question_of, text_of
from web.portal.desk import Desk
from web.portal.entries import Entry, file_path, genre_words, item_path
from web.portal.links import Choice, Facet, Links
from web.portal.manner import Manner
from web.portal.templating import words_of

__all__ = ["HEADING", "marked", "search_routes"]

_PAGE = 20
HEADING = re.compile(r"(?<!\S)#{1,6} ")  # how a text writes that a line is a heading
_SUGGESTED = 6
_FILTERS = ("theme", "year", "genre", "body", "validity")
_PLAIN = (Standing.IN_FORCE, Standing.AMENDED)


class SearchPage:
    """`desk` is where the page asks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, request: web.Request, manner: Manner) -> web.Response:
        """Without any words only the form: the catalogue lists what is newest."""
        desk, words = self._desk, words_of(manner.language)
        asked = {name: text_of(request, name) for name in ("q", *_FILTERS, "sort")}
        bodies = await desk.organisations.bodies()
        body = await desk.organisations.body(asked["body"]) if asked["body"] else None
        question = question_of(request, body.id if body else "", limit=_PAGE)
        links = Links(manner, "/search", asked)
        values = {"asked": asked["q"], "total": 0} | dict.fromkeys(_NOTHING, ())
        values["pages"] = {"first": "", "next": ""}
        if asked["q"]:
            page = await desk.finder().find(question)
            by_id = {one.id: one for one in bodies}
            values |= {
                "entries": [_entry(hit, by_id, desk.today()) for hit in page.hits],
                "total": page.total or 0,
                "understood": list(_told(page.understood, words)),
                "facets": _facets(page, links, by_id, manner),
                "chosen": _chosen(links, body, manner),
                "sorts": _sorts(links, question, words),
                "suggestions": await self._suggestions(page, asked["q"]),
                "pages": _pages(links, page),
            }
        return desk.page(request, manner, "search", values)

    async def _suggestions(self, page: Page, text: str) -> list[str]:
        """Where nothing was found: titles that go on as the text, or as one of its words, does."""
        if page.hits or page.offset:
            return []
        for start in (text, *page.understood.words):
            found = await self._desk.finder().suggest(start, _SUGGESTED)
            if found:
                return found
        return []


_NOTHING = ("entries", "understood", "facets", "chosen", "sorts", "suggestions")


def marked(found: Highlight, without: re.Pattern[str] | None = None) -> Markup:
    """The text with its matches in <mark>, `without` what a pattern finds between them. Every piece
    is escaped by itself, so nothing that somebody wrote into a title is ever markup."""

    def plain(text: str) -> Markup:
        return escape(without.sub("", text) if without else text)

    pieces, at = [], 0
    for start, end in found.marks:
        pieces.append(plain(found.text[at:start]))
        pieces.append(Markup("<mark>{}</mark>").format(found.text[start:end]))
        at = end
    pieces.append(plain(found.text[at:]))
    return Markup("").join(pieces)


def _entry(hit: Hit, bodies: Mapping[str, Body], today: date) -> Entry:
    item, passage = hit.item, hit.passage
    stands = standing(item, today)
    return Entry(
        path=item_path(item.id),
        title=marked(hit.title),
        day=item.published_at,
        formed_on=item.formed_on,
        publisher=bodies[item.body_id].name,
        doc_no=item.doc_no,
        theme=item.theme,
        passage=marked(hit.passage, HEADING),
        state=STANDING_WORDS[stands].zh,
        plain=stands in _PLAIN,
        source=passage.file_name,
        source_path=file_path(item.id, passage.file, passage.file_name) if passage.file else "",
    )


def _told(found: Understood, words: Mapping[str, str]) -> Iterator[str]:
    """What was made of the question, in words; nothing where it was taken as it is."""
    numbers = [number.replace("|", " ") for number in found.numbers]
    meant = [f"{said} → {'、'.join(meant)}" for said, meant in found.synonyms.items()]
    for name, values in (
        ("understood-body", [place.name for place in found.places]),
        ("understood-year", list(map(str, found.years))),
        ("understood-number", [*numbers, *([found.index_no] if found.index_no else [])]),
        ("understood-phrases", found.phrases),
        ("understood-synonyms", meant),
        ("understood-spelled", found.spelled),
        ("understood-dropped", found.dropped),
    ):
        if values:
            yield words[name].format(value="、".join(values))
    if found.any_year:
        yield words["understood-any-year"]
    if found.relaxed:
        yield words["understood-relaxed"]


def _facets(page: Page, links: Links, bodies: Mapping[str, Body], manner: Manner) -> list[Facet]:
    words = words_of(manner.language)
    counts = page.facets
    theme = links.asked("theme")
    choices = {
        "theme": [
            links.choice("theme", one.value, one.value, one.count)
            for one in counts.get("theme", ())
            if _shown(one.value, theme)
        ],
        "year": [
            links.choice("year", one.value, one.value, one.count)
            for one in sorted(counts.get("year", ()), key=lambda one: one.value, reverse=True)
        ],
        "genre": [
            links.choice("genre", one.value, genre_words(Genre(one.value), manner), one.count)
            for one in counts.get("genre", ())
        ],
        "body": [
            links.choice("body", bodies[one.value].code, bodies[one.value].name, one.count)
            for one in counts.get("owner", ())
            if one.value in bodies
        ],
        "validity": _validities(links, counts.get("validity", ()), manner),
    }
    return [Facet(name=n, title=words[n], choices=tuple(told)) for n, told in choices.items()]


def _shown(theme: str, chosen: str) -> bool:
    """Classes at first; those below a class once it is chosen."""
    return theme == chosen or (
        theme.startswith(chosen + SEPARATOR) if chosen else SEPARATOR not in theme
    )


def _validities(links: Links, counts: Sequence[FacetCount], manner: Manner) -> list[Choice]:
    return [
        links.choice("validity", one.value, _validity(one.value, manner), one.count)
        for one in counts
    ]


def _validity(value: str, manner: Manner) -> str:
    return str(getattr(STANDING_WORDS[Standing(value)], manner.language))


def _chosen(links: Links, body: Body | None, manner: Manner) -> list[Choice]:
    genre, validity = links.asked("genre"), links.asked("validity")
    labels = {
        "theme": links.asked("theme"),
        "year": links.asked("year"),
        "genre": genre_words(Genre(genre), manner) if genre else "",
        "body": body.name if body else "",
        "validity": _validity(validity, manner) if validity else "",
    }
    return [links.choice(name, links.asked(name), label) for name, label in labels.items() if label]


def _sorts(links: Links, question: Question, words: Mapping[str, str]) -> list[Choice]:
    told = {Sort.RELEVANCE: ("", "sort-relevance"), Sort.DATE: (Sort.DATE.value, "sort-date")}
    return [
        Choice(label=words[name], link=links.to(sort=value), chosen=question.sort is sort)
        for sort, (value, name) in told.items()
    ]


def _pages(links: Links, page: Page) -> dict[str, str]:
    more = page.more and page.following < DEEPEST
    return {
        "first": links.to() if page.offset else "",
        "next": links.to(start=str(page.following + 1)) if more else "",
    }


def search_routes(desk: Desk) -> list[web.RouteDef]:
    """The search page, in every language and version."""
    return desk.in_every_manner("/search", SearchPage(desk).show)
