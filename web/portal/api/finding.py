"""The API's answers to questions: search, with what was found of each kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aiohttp import web

from hub.catalogue.public.service import MOST
from hub.catalogue.search.models import Hit, Page
from hub.catalogue.validity.rules import standing
from hub.organisations.models import Body
from web.portal.api.reading import told
from web.portal.api.shapes import ApiFacet, ApiFound, ApiHit
from web.portal.asked import DEEPEST, number_of, question_of, text_of
from web.portal.desk import Desk
from web.portal.entries import file_path, item_path
from web.portal.manner import Manner

__all__ = ["Finding"]

_FACETS = {
    "owner": "body",
    "theme": "theme",
    "genre": "genre",
    "year": "year",
    "validity": "validity",
}
_PLAIN = Manner()


class Finding:
    """`desk` is where the API asks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def found(self, request: web.Request) -> web.Response:
        """Best first; the next page is in the answer and in a Link header (RFC 8288)."""
        desk, code = self._desk, text_of(request, "body")
        body = await desk.organisations.body(code) if code else None
        limit = number_of(request, "limit", default=20, most=MOST)
        page = await desk.finder().find(question_of(request, body.id if body else "", limit=limit))
        bodies = {one.id: one for one in await desk.organisations.bodies()}
        link = ""
        if page.more and page.following < DEEPEST:
            query = {**request.query, "start": page.following + 1}
            link = desk.site.url + _PLAIN.link(request.path, **query)
        answer = ApiFound(
            total=page.total or 0,
            hits=tuple(self._hit(hit, bodies) for hit in page.hits),
            next=link,
            words=page.understood.words,
            dropped=page.understood.dropped,
            years=page.understood.years,
            facets=tuple(_facets(page, bodies)),
        )
        return told(request, answer, {"Link": f'<{link}>; rel="next"'} if link else {})

    def _hit(self, hit: Hit, bodies: Mapping[str, Body]) -> ApiHit:
        item, passage, site = hit.item, hit.passage, self._desk.site.url
        file = file_path(item.id, passage.file, passage.file_name) if passage.file else ""
        names = ("id", "issuer", "index_no", "doc_no", "theme", "genre", "validity")
        return ApiHit(
            **{name: getattr(item, name) for name in names},
            url=site + item_path(item.id),
            api=f"{site}/api/v1/items/{item.id}",
            title=hit.title.text,
            passage=passage.text,
            body=bodies[item.body_id].code,
            dated=item.on,
            standing=standing(item, self._desk.today()).value,
            published_at=item.published_at,
            attachment=passage.file_name,
            file=site + file if file else "",
            title_marks=hit.title.marks,
            passage_marks=passage.marks,
        )


def _facets(page: Page, bodies: Mapping[str, Body]) -> Iterator[ApiFacet]:
    for held, name in _FACETS.items():
        for one in page.facets.get(held, ()):
            value = bodies[one.value].code if name == "body" else one.value
            yield ApiFacet(name=name, value=value, count=one.count)
