"""The API's answers about key areas: kinds of lists, entries in force, access points."""

from __future__ import annotations

from aiohttp import web

from hub.catalogue.keyareas.forms import FORMS, find_form
from hub.catalogue.keyareas.lookup import opening
from hub.catalogue.keyareas.models import Found, Wanted
from hub.catalogue.keyareas.rules import plain_values
from hub.catalogue.keyareas.schema import Form
from hub.catalogue.public.service import MOST
from hub.kernel.clock import CHINA
from web.portal.api.reading import told
from web.portal.api.shapes import (
    ApiEntries,
    ApiEntry,
    ApiField,
    ApiKeyArea,
    ApiKeyAreas,
    ApiPoint,
    ApiPoints,
)
from web.portal.asked import DEEPEST, number_of, position_of, text_of, year_of
from web.portal.desk import Desk
from web.portal.key_list import list_path
from web.portal.manner import Manner

__all__ = ["Listing"]

_PLAIN = Manner()


class Listing:
    """`desk` is where the API asks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def kinds(self, request: web.Request) -> web.Response:
        public = [one.list.key.kind for one in await self._desk.keyareas.lists() if one.in_force]
        kinds = tuple(self._kind(form, public.count(form.kind)) for form in FORMS.values())
        return told(request, ApiKeyAreas(kinds=kinds))

    async def entries(self, request: web.Request) -> web.Response:
        """Those in force today; the next page is in the answer and in a Link header (RFC 8288)."""
        desk, form = self._desk, find_form(request.match_info["kind"])
        code = text_of(request, "body")
        limit = number_of(request, "limit", default=20, most=MOST)
        start = number_of(request, "start", default=1, most=DEEPEST)
        wanted = Wanted(
            kind=form.kind,
            body_id=(await desk.organisations.body(code)).id if code else "",
            year=year_of(request) or 0,
            words=text_of(request, "q"),
            limit=limit + 1,
            offset=start - 1,
        )
        found = await desk.lookup.search(wanted)
        link = ""
        if len(found) > limit and start + limit <= DEEPEST:
            query = {**request.query, "start": start + limit}
            link = desk.site.url + _PLAIN.link(request.path, **query)
        listed = tuple(self._entry(one) for one in found[:limit])
        headers = {"Link": f'<{link}>; rel="next"'} if link else {}
        return told(request, ApiEntries(entries=listed, next=link), headers)

    async def points(self, request: web.Request) -> web.Response:
        """By body and code; nearest first where a position is given."""
        lookup, place = self._desk.lookup, text_of(request, "place")
        at, limit = position_of(request), number_of(request, "limit", default=20, most=MOST)
        if at is None:
            wanted = Wanted(kind="points", category=place, limit=limit)
            points = [self._point(one) for one in await lookup.search(wanted)]
        else:
            near = await lookup.points_near(at, place=place, count=limit)
            points = [self._point(one.near.found, one.near.metres) for one in near]
        return told(request, ApiPoints(points=tuple(points)))

    def _kind(self, form: Form, lists: int) -> ApiKeyArea:
        fields = tuple(
            ApiField(name=f.name, zh=f.words.zh, en=f.words.en, type=f.type.value, unit=f.unit)
            for f in form.fields
        )
        return ApiKeyArea(
            kind=form.kind,
            zh=form.words.zh,
            en=form.words.en,
            yearly=form.yearly,
            lists=lists,
            url=f"{self._desk.site.url}/key-areas/{form.kind}",
            fields=fields,
        )

    def _entry(self, found: Found) -> ApiEntry:
        path = list_path(found.kind, found.body_code, found.year)
        return ApiEntry(
            code=found.entry.code,
            title=found.title,
            body=found.body_code,
            year=found.year,
            version=found.number,
            url=self._desk.site.url + path,
            values=dict(plain_values(found.entry.values)),
        )

    def _point(self, found: Found, metres: int | None = None) -> ApiPoint:
        values, at = found.entry.values, found.position
        equipment = values.get("equipment")
        names = ("code", "name", "place", "city", "address", "hours", "phone")
        return ApiPoint(
            **{name: str(values[name]) for name in names},
            opening=opening(found, self._desk.clock.now().astimezone(CHINA)).value,
            staff=int(str(values["staff"])),
            sign=bool(values["sign"]),
            equipment=equipment if isinstance(equipment, tuple) else (),
            latitude=at.latitude if at else None,
            longitude=at.longitude if at else None,
            metres=metres,
        )
