"""The API's answers: public items, bodies and themes as JSON, with ETags and cursors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec
from aiohttp import web

from hub.catalogue.models import Item
from hub.catalogue.public.models import Place, PublicFilter, PublicVersion, Related
from hub.catalogue.public.service import MOST, Shown
from hub.catalogue.validity.rules import standing
from hub.kernel.errors import GongkaiError
from hub.organisations.models import Body
from web.portal.answers import answer
from web.portal.api.shapes import (
    ApiAttachment,
    ApiBodies,
    ApiBody,
    ApiItem,
    ApiItems,
    ApiItemSummary,
    ApiPicture,
    ApiProblem,
    ApiRelation,
    ApiTheme,
    ApiThemes,
    ApiVersion,
)
from web.portal.asked import cursor_of, genre_of, number_of, place_of, text_of, year_of
from web.portal.desk import Desk
from web.portal.entries import item_path
from web.portal.manner import Manner
from web.statuses import status_of

__all__ = ["JSON", "Reading", "guarded"]

JSON = "application/json; charset=utf-8"
_PROBLEM = "application/problem+json"
_ANYWHERE = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, Link"}
_PLAIN = Manner()


class Reading:
    """`desk` is where the API asks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def items(self, request: web.Request) -> web.Response:
        """Newest first; the next page is in the answer and in a Link header (RFC 8288)."""
        code, theme = text_of(request, "body"), text_of(request, "theme")
        limit = number_of(request, "limit", default=20, most=MOST)
        wanted = PublicFilter(
            body_id=(await self._desk.organisations.body(code)).id if code else "",
            theme=theme,
            genre=genre_of(request),
            year=year_of(request),
        )
        found = await self._desk.public.page(wanted, after=place_of(request), limit=limit)
        bodies = await self._bodies()
        link = ""
        if len(found) == limit and found[-1].published_at:
            after = cursor_of(Place(found[-1].published_at, found[-1].id))
            query = {**request.query, "after": after}
            link = self._desk.site.url + _PLAIN.link(request.path, **query)
        listed = tuple(self._summary(item, bodies[item.body_id]) for item in found)
        headers = {"Link": f'<{link}>; rel="next"'} if link else {}
        return told(request, ApiItems(items=listed, next=link), headers)

    async def item(self, request: web.Request) -> web.Response:
        shown = await self._desk.public.item(request.match_info["item"])
        return told(request, self._record(shown, await self._bodies()))

    async def version(self, request: web.Request) -> web.Response:
        found = request.match_info
        shown = await self._desk.public.item(found["item"], int(found["version"]))
        return told(request, self._record(shown, await self._bodies()))

    async def bodies(self, request: web.Request) -> web.Response:
        known = await self._bodies()
        listed = tuple(_body(body, known) for body in known.values())
        return told(request, ApiBodies(bodies=listed))

    async def themes(self, request: web.Request) -> web.Response:
        listed = await self._desk.public.themes()
        themes = tuple(ApiTheme(name=t.name, children=t.below) for t in listed.themes)
        return told(request, ApiThemes(version=listed.version, source=listed.source, themes=themes))

    async def _bodies(self) -> Mapping[str, Body]:
        return {body.id: body for body in await self._desk.organisations.bodies()}

    def _summary(self, item: Item, body: Body) -> ApiItemSummary:
        names = (
            "id",
            "title",
            "issuer",
            "published_at",
            "index_no",
            "doc_no",
            "theme",
            "formed_on",
        )
        site = self._desk.site.url
        return ApiItemSummary(
            **{name: getattr(item, name) for name in names},
            url=site + item_path(item.id),
            api=f"{site}/api/v1/items/{item.id}",
            body=body.code,
            genre=item.genre.value if item.genre else "",
            validity=standing(item, self._desk.today()).value,
        )

    def _record(self, shown: Shown, bodies: Mapping[str, Body]) -> ApiItem:
        item, site = shown.item, self._desk.site.url
        names = (
            "id", "version", "content_hash", "title", "issuer", "published_at", "summary",
            "index_no", "doc_no", "theme", "keywords", "audience", "formed_on", "valid_from",
            "valid_until", "source_url",
        )  # fmt: skip
        return ApiItem(
            **{name: getattr(item, name) for name in names},
            url=site + item_path(item.id),
            text=item.body,
            body=bodies[item.body_id].code,
            genre=item.genre.value if item.genre else "",
            validity=standing(item, self._desk.today()).value,
            pictures=tuple(
                ApiPicture(
                    url=f"{site}/media/{item.id}/{p.sha256}",
                    media_type=p.media_type,
                    width=p.width,
                    height=p.height,
                    alt=p.alt,
                )
                for p in item.pictures
            ),
            attachments=tuple(
                ApiAttachment(
                    url=f"{site}/media/{item.id}/{a.sha256}/{quote(a.name)}",
                    **{name: getattr(a, name) for name in ("name", "media_type", "size", "sha256")},
                )
                for a in item.attachments
            ),
            relations=self._relations(shown.related),
            versions=self._versions(item.id, shown.versions),
        )

    def _relations(self, related: Sequence[Related]) -> tuple[ApiRelation, ...]:
        return tuple(
            ApiRelation(
                kind=one.kind.value,
                inverse=one.inverse,
                id=one.item.id,
                title=one.item.title,
                url=self._desk.site.url + item_path(one.item.id),
            )
            for one in related
        )

    def _versions(self, item_id: str, listed: Sequence[PublicVersion]) -> tuple[ApiVersion, ...]:
        base = f"{self._desk.site.url}/api/v1/items/{item_id}/versions"
        return tuple(
            ApiVersion(
                number=one.number,
                published_at=one.public_at,
                content_hash=one.content_hash,
                api=f"{base}/{one.number}",
            )
            for one in listed
        )


def guarded(
    handler: Callable[[web.Request], Awaitable[web.Response]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Errors of ours become problem documents (RFC 9457)."""

    async def handle(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except GongkaiError as error:
            status = status_of(error)
            remedy = f" → {error.remedy}" if error.remedy else ""
            problem = ApiProblem(
                type=error.code,
                title=error.words.en,
                status=status,
                detail=f"{error.words}{remedy}",
                field=error.field,
            )
            body = msgspec.json.encode(problem)
            return answer(request, body, _PROBLEM, status=status, max_age=0, headers=_ANYWHERE)

    return handle


def told(
    request: web.Request, value: Any, headers: Mapping[str, str] | None = None
) -> web.Response:
    """`value` as JSON, readable from any site."""
    body = msgspec.json.encode(value)
    return answer(request, body, JSON, headers={**_ANYWHERE, **(headers or {})})


def _body(body: Body, known: Mapping[str, Body]) -> ApiBody:
    parent = known.get(body.parent_id or "")
    return ApiBody(
        code=body.code,
        name=body.name,
        kind=body.kind.value,
        region=body.region,
        parent=parent.code if parent else "",
    )
