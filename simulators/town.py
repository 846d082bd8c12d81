"""All simulated platforms behind one port, each under its channel's name, and a page of what
they show. The control routes are for tests and the demonstration; a real platform has none."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import jinja2.sandbox
from aiohttp import web

from hub.kernel.clock import Clock
from publishers.registry import channels
from publishers.simulation import Fault, Platform, Shown

__all__ = ["Town"]

_TEMPLATES = Path(__file__).parent.parent / "templates" / "simulators"
_POSTS_PER_PLATFORM = 60


class Town:
    """The platforms by channel name; `application()` serves them."""

    def __init__(self, clock: Clock, only: frozenset[str] = frozenset()) -> None:
        names = sorted(only or channels())
        self.platforms = {name: _platform(name, clock) for name in names}
        environment = jinja2.sandbox.SandboxedEnvironment(
            loader=jinja2.FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
        )
        self._page = environment.get_template("town.html.j2")

    def application(self) -> web.Application:
        town = web.Application()
        town.router.add_get("/", self._show)
        town.router.add_get("/_control/shown", self._list_shown)
        town.router.add_post("/_control/{channel}/accounts", self._enrol)
        town.router.add_post("/_control/{channel}/faults", self._arm)
        town.router.add_post("/_control/{channel}/settings", self._tune)
        for name, platform in self.platforms.items():
            town.add_subapp(f"/{name}", platform.application())
        return town

    async def _show(self, request: web.Request) -> web.Response:
        columns = [
            {
                "name": name,
                "title": channels()[name].declaration.title.zh,
                "total": len(posts),
                "posts": list(reversed(posts))[:_POSTS_PER_PLATFORM],
            }
            for name, posts in self._posts().items()
        ]
        page = self._page.render(columns=columns)
        return web.Response(text=page, content_type="text/html", headers=_STRICT)

    async def _list_shown(self, request: web.Request) -> web.Response:
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
        """`{"handles": […]}` → one enrolment each."""
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
                }
            )
        return web.json_response(rows)

    async def _arm(self, request: web.Request) -> web.Response:
        """`{"fault": …, "path": …, "times": …, "skip": …, "delay": …}`"""
        asked: dict[str, Any] = await request.json()
        fault = Fault(asked.pop("fault"))
        self._named(request).faults.arm(fault, asked.pop("path", "*"), **asked)
        return web.json_response({"armed": fault})

    async def _tune(self, request: web.Request) -> web.Response:
        asked: Mapping[str, Any] = await request.json()
        self._named(request).tune(asked)
        return web.json_response({"set": sorted(asked)})

    def _named(self, request: web.Request) -> Platform:
        name = request.match_info["channel"]
        if name not in self.platforms:
            raise web.HTTPNotFound(text=f"no channel {name}")
        return self.platforms[name]


_STRICT = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


def _platform(name: str, clock: Clock) -> Platform:
    """Simulators are found by their place, not through the declaration."""
    module = importlib.import_module(f"publishers.{name}.simulator")
    platform = module.Platform(clock)
    if not isinstance(platform, Platform):
        raise TypeError(f"publishers.{name}.simulator.Platform is no simulation.Platform")
    return platform
