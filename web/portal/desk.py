"""What the portal's pages share: where they ask, whose site it is, and how a page is answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from aiohttp import web

from hub.catalogue.keyareas.lookup import KeyAreaLookup
from hub.catalogue.keyareas.service import KeyAreas
from hub.catalogue.public.errors import Withdrawn
from hub.catalogue.public.models import DayCount, ShelfCounts, Totals
from hub.catalogue.public.service import PublicCatalogue
from hub.catalogue.search.errors import NoIndex
from hub.catalogue.search.service import Search
from hub.kernel.clock import CHINA, Clock
from hub.kernel.errors import GongkaiError
from hub.organisations.service import Organisations
from web.portal.answers import answer
from web.portal.chat.door import ChatDoor
from web.portal.kept import Kept
from web.portal.manner import MANNERS, Manner
from web.portal.site import Signboard, Site
from web.portal.templating import rendered, words_of
from web.statuses import status_of

__all__ = ["SECTIONS", "Desk", "PageHandler"]

HTML = "text/html; charset=utf-8"
GONE, UNAVAILABLE = 410, 503

# the main sections: the word that names each, and its address
SECTIONS: tuple[tuple[str, str], ...] = (
    ("catalogue", "/catalogue"),
    ("bodies", "/bodies"),
    ("interpretations", "/interpretations"),
    ("key-areas", "/key-areas"),
    ("access-points", "/access-points"),
    ("guide", "/guide"),
)

CHAT = ("chat", "/chat")  # where there is an account that citizens can write to

# what the home page leads to beside the catalogue's own lists
AREAS: tuple[tuple[str, str], ...] = (
    ("key-areas", "/key-areas"),
    ("access-points", "/access-points"),
    ("guide", "/guide"),
)

PageHandler = Callable[[web.Request, Manner], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    path: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The services that the portal reads from; `signboard` says whose it is. Without a `search` its
    page says that it is not available; `chat` says whether citizens can write on a page."""

    signboard: Signboard
    clock: Clock
    public: PublicCatalogue
    organisations: Organisations
    kept: Kept
    keyareas: KeyAreas
    lookup: KeyAreaLookup
    search: Search | None = None
    chat: ChatDoor | None = None

    @property
    def site(self) -> Site:
        """Whose portal it is, by the name that holds now."""
        return self.signboard.site

    def finder(self) -> Search:
        """The search; raises NoIndex where this portal has none."""
        if self.search is None:
            raise NoIndex
        return self.search

    async def look(self) -> None:
        """Before a page is made: what its head says may have changed."""
        await self.signboard.look()
        if self.chat is not None:
            await self.chat.look()

    def today(self) -> date:
        """The day in China."""
        return self.clock.now().astimezone(CHINA).date()

    def day_of(self, moment: datetime | None) -> date | None:
        """The day in China on which `moment` fell."""
        return moment.astimezone(CHINA).date() if moment else None

    async def day_counts(self) -> Sequence[DayCount]:
        """How many items became public on each day; as of a few minutes ago."""
        return await self.kept.get("days", self.public.day_counts)

    async def year_counts(self) -> Mapping[str, int]:
        """How many items became public in each year that has any."""
        counts: dict[str, int] = {}
        for one in await self.day_counts():
            counts[str(one.day.year)] = counts.get(str(one.day.year), 0) + one.count
        return counts

    async def shelf_counts(self) -> ShelfCounts:
        """How many public items each theme, body and genre has; as of a few minutes ago."""
        return await self.kept.get("shelves", self.public.shelf_counts)

    async def totals(self) -> Totals:
        return await self.kept.get("totals", self.public.totals)

    def areas(self, manner: Manner) -> Sequence[Area]:
        """The key areas, as tiles lead to them."""
        words = words_of(manner.language)
        return [Area(path=path, title=words[name]) for name, path in (*self._chat(), *AREAS)]

    def _chat(self) -> tuple[tuple[str, str], ...]:
        return (CHAT,) if self.chat is not None and self.chat.account_id else ()

    def page(
        self,
        request: web.Request,
        manner: Manner,
        name: str,
        values: Mapping[str, Any],
        *,
        section: str = "",
        status: int = 200,
        max_age: int = 60,
    ) -> web.Response:
        """The page `name`, filled; `section` is the main section that it belongs to."""
        text = self.filled(request, manner, name, values, section=section)
        return answer(request, text.encode(), HTML, status=status, max_age=max_age)

    def filled(
        self,
        request: web.Request,
        manner: Manner,
        name: str,
        values: Mapping[str, Any],
        *,
        section: str = "",
    ) -> str:
        """The text of the page `name`, with what every page says."""
        path = request.path.removeprefix(manner.prefix) or "/"
        shared = {
            "site": self.site,
            "path": path,
            "query": dict(request.query),
            "sections": (*SECTIONS, *self._chat()),
            "section": section,
            "manners": MANNERS,
        }
        return rendered(f"{name}.html", manner, {**shared, **values})

    def trouble(self, request: web.Request, manner: Manner, error: GongkaiError) -> web.Response:
        """A page that says what went wrong and what to do, in the visitor's language."""
        words, status = words_of(manner.language), status_of(error)
        texts = [getattr(error.words, manner.language)]
        if status == UNAVAILABLE:  # what operators must do about it is nothing for visitors
            texts = [words["unavailable-text"]]
        elif error.remedy:
            texts.append(getattr(error.remedy, manner.language))
        heading = {400: words["bad-request"], 404: words["not-found"]}.get(
            status, words["unavailable"]
        )
        if isinstance(error, Withdrawn):
            heading, status, texts = words["withdrawn"], GONE, [words["withdrawn-text"]]
        values = {"heading": heading, "texts": texts}
        return self.page(request, manner, "message", values, status=status, max_age=0)

    def in_every_manner(self, path: str, handler: PageHandler) -> list[web.RouteDef]:
        """A route for `path` in every language and version; errors of ours become pages."""
        return [self.route(manner, path, handler) for manner in MANNERS]

    def route(
        self, manner: Manner, path: str, handler: PageHandler, *, method: str = "GET"
    ) -> web.RouteDef:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request, manner)
            except GongkaiError as error:
                return self.trouble(request, manner, error)

        address = manner.prefix + path
        return web.get(address, handle) if method == "GET" else web.post(address, handle)
