"""One request of somebody: who they are, what they gave, and how they are answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp_jinja2
from aiohttp import web
from yarl import URL

from hub.catalogue.models import Item
from hub.kernel.errors import GongkaiError, Words
from hub.organisations.filters.models import SavedFilter
from hub.organisations.models import Role
from hub.organisations.signin.errors import SignedOut
from hub.organisations.signin.models import Origin, Visitor
from hub.organisations.signin.rules import form_token
from web.console.cookies import Taste
from web.console.desk import Desk
from web.console.registry import console_areas
from web.console.rendering import words_of
from web.statuses import status_of

__all__ = ["ROOT", "Call", "address"]

ROOT = "/console"
_BUSY = 500  # from here on it is not what was asked, and may work another time


def address(path: str, /, **query: Any) -> str:
    """The address of a page of the console; empty values of `query` are left out."""
    given = {name: value for name, value in query.items() if value not in ("", None)}
    return f"{ROOT}{path}" + (f"?{urlencode(given, doseq=True)}" if given else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`form` is what was sent with a change, without its token; `visitor` is None for somebody
    who is not signed in, on the pages that are for everybody. Of a list that keeps filters,
    `listing` is its path, `filters` what narrows it, `saved` what its reader has kept."""

    request: web.Request
    desk: Desk
    taste: Taste
    secret: str = field(default="", repr=False)
    known: Visitor | None = None
    form: Mapping[str, Any] = field(default_factory=dict, repr=False)
    chosen: Mapping[str, list[str]] = field(default_factory=dict, repr=False)
    listing: str = ""
    filters: tuple[str, ...] = ()
    saved: Sequence[SavedFilter] = ()

    @property
    def visitor(self) -> Visitor:
        """Who is signed in; raises SignedOut."""
        if self.known is None:
            raise SignedOut("missing")
        return self.known

    @property
    def login(self) -> str:
        return self.visitor.person.login

    @property
    def origin(self) -> Origin:
        request = self.request
        return Origin(address=request.remote or "", agent=request.headers.get("User-Agent", ""))

    @property
    def partial(self) -> bool:
        """Whether htmx asks, which wants a piece of the page and not the whole."""
        headers = self.request.headers
        return headers.get("HX-Request") == "true" and headers.get("HX-Boosted") != "true"

    @property
    def attempt(self) -> str:
        """What is tried, as the audit log names it."""
        return f"{self.request.method} {self.request.path}"[:64]

    def text(self, name: str) -> str:
        """What was typed into a field; empty when it was not sent or is a file."""
        value = self.form.get(name, "")
        return value if isinstance(value, str) else ""

    def asked(self, name: str) -> str:
        """A parameter of the address."""
        return self.request.query.get(name, "")

    @property
    def narrowed(self) -> Mapping[str, str]:
        """By what the list is narrowed now."""
        return {name: text for name in sorted(self.filters) if (text := self.asked(name).strip())}

    def word(self, name: str) -> str:
        return words_of(self.taste.language)[name]

    def say(self, words: Words) -> str:
        """The sentence in the reader's language."""
        return words.en if self.taste.language == "en" else words.zh

    async def item(self, item_id: str, roles: Set[Role] | None = None) -> Item:
        """An item, once it is sure that they hold one of `roles` in its body, or may read what
        the body prepares; raises UnknownItem, RoleNeeded."""
        item = await self.desk.catalogue.get(item_id)
        about = {"attempt": self.attempt, "subject": item.id}
        if roles is None:
            await self.desk.doors.require_sight(self.login, item.body_id, **about)
        else:
            await self.desk.doors.require(self.login, item.body_id, roles, **about)
        return item

    def page(self, template: str, /, *, status: int = 200, **values: Any) -> web.Response:
        """`template` of an area, filled: `items/list` is templates/console/items/list.html.j2."""
        response = aiohttp_jinja2.render_template(
            f"{template}.html.j2", self.request, {**self._shared(), **values}, status=status
        )
        response.enable_compression()
        return response

    def go(self, path: str, /, **query: Any) -> web.Response:
        """Another page, by a request of its own, so that nothing is sent twice by reloading."""
        target = address(path, **query)
        if self.partial:
            return web.Response(status=204, headers={"HX-Redirect": target})
        return web.Response(status=303, headers={"Location": target})

    def refuse(self, error: GongkaiError) -> web.Response:
        """A page, or a notice within one, that says what is wrong and what to do."""
        if self.partial:
            response = self.page("_refused", error=error, status=status_of(error))
            response.headers.update({"HX-Retarget": "#notices", "HX-Reswap": "innerHTML"})
            return response
        status = status_of(error)
        again = self.request.path_qs if self.request.method == "GET" and status >= _BUSY else ""
        return self.page("refused", error=error, again=again, back=self._before, status=status)

    @property
    def _before(self) -> str:
        """The page of ours they came from; empty where they came from elsewhere, or nowhere."""
        try:
            came = URL(self.request.headers.get("Referer", ""))
        except ValueError:
            return ""
        ours = came.host == self.request.url.host and came.path.startswith(f"{ROOT}/")
        return came.path_qs if ours else ""

    def _shared(self) -> dict[str, Any]:
        visitor = self.known
        areas = [
            area
            for area in console_areas()
            if visitor and area.needs and area.needs.admits(visitor)
        ]
        return {
            "areas": areas,
            "call": self,
            "address": address,
            "now": self.desk.clock.now(),
            "path": self.request.path.removeprefix(ROOT),
            "say": self.say,
            "taste": self.taste,
            "token": form_token(self.secret) if self.secret else "",
            "visitor": visitor,
            "words": words_of(self.taste.language),
        }
