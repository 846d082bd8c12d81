"""All simulated platforms behind one port, each under its channel's name, and a page of what
they show. The control routes are for tests and the demonstration; a real platform has none."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
import jinja2.sandbox
from aiohttp import web

from hub.kernel.clock import CHINA, Clock
from publishers.registry import channels
from publishers.simulation import Fault, Platform, Shown

__all__ = ["Town"]

_TEMPLATES = Path(__file__).parent.parent / "templates" / "simulators"
_STRICT = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
}
_CARDS_PER_PLATFORM = 60
_ACCOUNTS_PER_CARD = 6
_STATES = {
    "withdrawn": "已撤回 withdrawn",
    "deleted": "已删除 deleted",
    "unlisted": "未列出 unlisted",
}


@dataclass(frozen=True, slots=True)
class Card:
    """One platform's posts that read the same, newest first; nearly always one per account."""

    posts: tuple[Shown, ...]

    @property
    def first(self) -> Shown:
        return self.posts[0]

    @property
    def state(self) -> str:
        """Empty while the public sees it."""
        state = self.first.state
        return "" if state == "public" else _STATES.get(state, state)

    @property
    def named(self) -> tuple[Shown, ...]:
        """Those whose accounts are told one by one; the others are counted."""
        return self.posts[:_ACCOUNTS_PER_CARD]


class Town:
    """The platforms by channel name; `application()` serves them."""

    def __init__(
        self, clock: Clock, only: frozenset[str] = frozenset(), host: str = "127.0.0.1"
    ) -> None:
        names = sorted(only or channels())
        self.platforms = {name: _platform(name, clock) for name in names}
        for platform in self.platforms.values():
            platform.host = host
        self._clock = clock
        environment = jinja2.sandbox.SandboxedEnvironment(
            loader=jinja2.FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["moment"] = self._moment
        self._page = environment.get_template("town.html.j2")

    def application(self) -> web.Application:
        town = web.Application()
        town.router.add_get("/", self._show)
        town.router.add_get("/_control/shown", self._list_shown)
        town.router.add_post("/_control/{channel}/accounts", self._enrol)
        town.router.add_post("/_control/{channel}/faults", self._arm)
        town.router.add_get("/_control/{channel}/faults", self._count_faults)
        town.router.add_post("/_control/{channel}/settings", self._tune)
        town.router.add_post("/_control/{channel}/end-tokens", self._end_tokens)
        for name, platform in self.platforms.items():
            town.add_subapp(f"/{name}", platform.application())
        return town

    async def _show(self, request: web.Request) -> web.Response:
        columns = [_column(name, posts) for name, posts in self._posts().items()]
        # a simulated post names its platform's real address, where nothing was ever posted
        page = self._page.render(columns=columns, here=f"{request.url.origin()}/")
        return web.Response(text=page, content_type="text/html", headers=_STRICT)

    async def _list_shown(self, request: web.Request) -> web.Response:
        """The posts by channel, oldest first; `?channel=` for one of them."""
        wanted = request.query.get("channel")
        rows = {
            name: [post.as_dict() for post in posts]
            for name, posts in self._posts().items()
            if wanted in (None, name)
        }
        return web.json_response(rows)

    def _posts(self) -> dict[str, list[Shown]]:
        return {name: platform.shown() for name, platform in self.platforms.items()}

    async def _enrol(self, request: web.Request) -> web.Response:
        """`{"handles": […]}` → one enrolment each, and the platform's address."""
        platform = self._named(request)
        asked = await request.json()
        rows = []
        for handle in asked["handles"]:
            enrolment = platform.enrol(handle)
            rows.append(
                {
                    "handle": enrolment.handle,
                    "credentials": dict(enrolment.credentials),
                    "settings": dict(enrolment.settings),
                    "base_url": platform.base_url(f"{request.url.origin()}/{platform.name}"),
                }
            )
        return web.json_response(rows)

    async def _arm(self, request: web.Request) -> web.Response:
        """`{"fault": …, "path": …, "times": …, "skip": …, "delay": …}`"""
        platform = self._named(request)
        asked: dict[str, Any] = await request.json()
        try:
            fault = Fault(asked.pop("fault", ""))
            platform.faults.arm(fault, asked.pop("path", "*"), **asked)
        except (TypeError, ValueError) as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return web.json_response({"armed": fault})

    async def _count_faults(self, request: web.Request) -> web.Response:
        """How many armed faults no call has met yet."""
        return web.json_response({"left": self._named(request).faults.left})

    async def _end_tokens(self, request: web.Request) -> web.Response:
        """The time of every token is over; 409 where the platform gives none for a time."""
        try:
            self._named(request).end_tokens()
        except NotImplementedError as error:
            raise web.HTTPConflict(text=f"tokens of {error} do not end") from error
        return web.json_response({"ended": True})

    async def _tune(self, request: web.Request) -> web.Response:
        """Switches by name, as in `Platform.tune`."""
        platform = self._named(request)
        asked: Mapping[str, Any] = await request.json()
        try:
            platform.tune(asked)
        except KeyError as error:
            raise web.HTTPBadRequest(text=str(error.args[0])) from error
        return web.json_response({"set": sorted(asked)})

    def _named(self, request: web.Request) -> Platform:
        name = request.match_info["channel"]
        if name not in self.platforms:
            raise web.HTTPNotFound(text=f"no channel {name}")
        return self.platforms[name]

    def _moment(self, at: datetime) -> str:
        """The time of a post in China, for one of another day its date."""
        local = at.astimezone(CHINA)
        today = self._clock.now().astimezone(CHINA).date()
        return f"{local:%H:%M:%S}" if local.date() == today else f"{local:%Y-%m-%d}"


def _column(name: str, posts: Sequence[Shown]) -> dict[str, Any]:
    """What the page tells of one platform."""
    declaration = channels()[name].declaration
    return {
        "name": name,
        "title": declaration.title,
        "total": len(posts),
        "accounts": len({post.account for post in posts}),
        "marked_up": declaration.markup == "article",  # the others show plain text
        "cards": _cards(posts)[:_CARDS_PER_PLATFORM],
    }


def _cards(posts: Iterable[Shown]) -> list[Card]:
    alike: dict[tuple[str, str, str], list[Shown]] = {}
    newest_first = sorted(posts, key=lambda post: post.at)[::-1]
    for post in newest_first:
        alike.setdefault((post.title, post.text, post.state), []).append(post)
    return [Card(tuple(group)) for group in alike.values()]


def _platform(name: str, clock: Clock) -> Platform:
    """Simulators are found by their place, not through the declaration."""
    module = importlib.import_module(f"publishers.{name}.simulator")
    platform = module.Platform(clock)
    if not isinstance(platform, Platform):
        raise TypeError(f"publishers.{name}.simulator.Platform is no simulation.Platform")
    return platform
