"""The portal's routes, all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from aiohttp import web

from hub.catalogue.keyareas.lookup import KeyAreaLookup
from hub.catalogue.keyareas.service import KeyAreas
from hub.catalogue.public.service import PublicCatalogue
from hub.catalogue.search.service import Search
from hub.kernel.clock import Clock
from hub.organisations.service import Organisations
from web.portal.access_points import access_point_routes
from web.portal.answers import HEADERS, Handler
from web.portal.api.openapi import api_routes
from web.portal.browsing import browsing_routes
from web.portal.chat.door import ChatDoor
from web.portal.chat.page import chat_routes
from web.portal.desk import Desk
from web.portal.feeds import feed_routes
from web.portal.guide import guide_routes
from web.portal.item_page import item_routes
from web.portal.kept import Kept
from web.portal.key_areas import key_area_routes
from web.portal.searching import search_routes
from web.portal.site import Signboard, Site
from web.portal.templating import STYLE_ADDRESS, style

__all__ = ["open_desk", "portal_routes"]

_KEPT_FOR = timedelta(minutes=2)


def open_desk(
    site: Site,
    *,
    clock: Clock,
    public: PublicCatalogue,
    organisations: Organisations,
    keyareas: KeyAreas,
    lookup: KeyAreaLookup,
    search: Search | None = None,
    name: Callable[[], Awaitable[str]] | None = None,
    chat: ChatDoor | None = None,
) -> Desk:
    """A portal's desk over an open hub; `name` is asked what the portal is called. Without a `chat`
    it has no page to ask on."""
    kept = Kept(clock, _KEPT_FOR)
    return Desk(
        signboard=Signboard(site, kept, name),
        clock=clock,
        public=public,
        organisations=organisations,
        kept=kept,
        keyareas=keyareas,
        lookup=lookup,
        search=search,
        chat=chat,
    )


def portal_routes(desk: Desk) -> list[web.RouteDef]:
    """Pages, feeds, the style sheet and the script."""
    routes = [
        *browsing_routes(desk),
        *item_routes(desk),
        *feed_routes(desk),
        *guide_routes(desk),
        *search_routes(desk),
        *key_area_routes(desk),
        *access_point_routes(desk),
        *api_routes(desk),
        *chat_routes(desk),
        web.get(STYLE_ADDRESS, _style),
    ]
    return [
        web.RouteDef(one.method, one.path, _signed(desk, one.handler), one.kwargs) for one in routes
    ]


def _signed(desk: Desk, handler: Any) -> Handler:
    """The page under the name that holds when it is asked for."""

    async def handle(request: web.Request) -> web.StreamResponse:
        await desk.look()
        answered: web.StreamResponse = await handler(request)
        return answered

    return handle


async def _style(request: web.Request) -> web.Response:
    held = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
    return web.Response(body=style(), headers=held | {"Content-Type": "text/css; charset=utf-8"})
