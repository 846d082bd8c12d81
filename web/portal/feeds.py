"""RSS and Atom of the whole site, of a body, of a theme; the sitemap; what robots may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from aiohttp import web

from hub.catalogue.models import Item
from hub.catalogue.public.errors import NotPublished
from hub.catalogue.public.models import PublicFilter
from hub.kernel.errors import GongkaiError
from web.portal.answers import answer
from web.portal.asked import text_of
from web.portal.desk import Desk
from web.portal.entries import entry_of, item_path
from web.portal.manner import Manner
from web.portal.templating import rendered, words_of
from web.statuses import status_of

__all__ = ["feed_routes"]

_NEWEST = 50
_MOST_IN_A_MAP = 50_000  # sitemaps.org/protocol.html
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_CHINESE = Manner()
_TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    path: str
    title: str
    summary: str
    author: str
    published: datetime
    updated: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MapEntry:
    path: str
    updated: datetime


class Feeds:
    """`desk` is where the feeds ask. They are in Chinese, as the items are."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def feed(self, request: web.Request) -> web.Response:
        """`/feeds/atom.xml` and `/feeds/rss.xml`, of a `body` (with those below) or a `theme`."""
        desk, kind = self._desk, request.match_info["kind"]
        try:
            code, theme = text_of(request, "body"), text_of(request, "theme")
            body = await desk.organisations.body(code) if code else None
        except GongkaiError as error:
            return web.Response(text=str(error.words), status=status_of(error))
        wanted = PublicFilter(body_id=body.id if body else "", theme=theme)
        items = await desk.public.page(wanted, limit=_NEWEST)
        names = {one.id: one.name for one in await desk.organisations.bodies()}
        entries = [self._entry(item, names.get(item.body_id, "")) for item in items]
        about = "".join(f" {name}" for name in (body.name if body else "", theme) if name)
        link = f"{desk.site.url}{_CHINESE.link('/catalogue', body=code, theme=theme)}"
        values = {
            "site": desk.site,
            "title": f"{desk.site.name}{words_of('zh')['site']}{about}",
            "self": f"{desk.site.url}{_CHINESE.link(request.path, body=code, theme=theme)}",
            "home": link,
            "updated": max((entry.updated for entry in entries), default=_NEVER),
            "entries": entries,
        }
        text = rendered(f"{kind}.xml", _CHINESE, values)
        return answer(request, text.strip().encode(), f"{_TYPES[kind]}; charset=utf-8")

    async def index(self, request: web.Request, manner: Manner) -> web.Response:
        """The page that lists the feeds."""
        values = {
            "themes": list((await self._desk.shelf_counts()).themes),
            "bodies": await self._desk.organisations.bodies(),
        }
        return self._desk.page(request, manner, "feeds", values)

    async def sitemap(self, request: web.Request) -> web.Response:
        """The index: a map for each day, and more where a day holds more than one map may."""
        parts = [
            f"/sitemaps/{one.day.isoformat()}-{number}.xml"
            for one in await self._desk.day_counts()
            for number in range(1, (one.count - 1) // _MOST_IN_A_MAP + 2)
        ]
        text = rendered("sitemaps.xml", _CHINESE, {"site": self._desk.site, "parts": parts})
        return answer(request, text.strip().encode(), "application/xml; charset=utf-8")

    async def sitemap_of_day(self, request: web.Request) -> web.Response:
        found = request.match_info
        try:
            day = date.fromisoformat(found["day"])
        except ValueError as error:
            raise web.HTTPNotFound from error
        start = (int(found["number"]) - 1) * _MOST_IN_A_MAP
        listed = await self._desk.public.on_day(day, offset=start, limit=_MOST_IN_A_MAP)
        entries = [MapEntry(path=item_path(name), updated=changed) for name, changed in listed]
        text = rendered("sitemap.xml", _CHINESE, {"site": self._desk.site, "entries": entries})
        return answer(request, text.strip().encode(), "application/xml; charset=utf-8")

    async def robots(self, request: web.Request) -> web.Response:
        """RFC 9309: everything may be read; lists with filters are endless and of no use."""
        lines = ["User-agent: *", "Disallow: /search", "Disallow: /*?*after="]
        text = "\n".join([*lines, f"Sitemap: {self._desk.site.url}/sitemap.xml", ""])
        return answer(request, text.encode(), "text/plain; charset=utf-8", max_age=3600)

    def _entry(self, item: Item, publisher: str) -> FeedEntry:
        told = entry_of(item, publisher, self._desk.today())
        if item.published_at is None:
            raise NotPublished
        return FeedEntry(
            path=told.path,
            title=item.title,
            summary=told.passage or item.title,
            author=publisher or item.issuer,
            published=item.published_at,
            updated=item.published_at,
        )


def feed_routes(desk: Desk) -> list[web.RouteDef]:
    """Feeds, their page, sitemaps and robots.txt."""
    feeds = Feeds(desk)
    day = "{day:[0-9]{4}-[0-9]{2}-[0-9]{2}}"
    return [
        web.get("/feeds/{kind:atom|rss}.xml", feeds.feed),
        *desk.in_every_manner("/feeds", feeds.index),
        web.get("/sitemap.xml", feeds.sitemap),
        web.get(f"/sitemaps/{day}-{{number:[1-9][0-9]{{0,3}}}}.xml", feeds.sitemap_of_day),
        web.get("/robots.txt", feeds.robots),
    ]
