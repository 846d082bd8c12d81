"""Keeping a list's filters under a name, and dropping them again."""

from __future__ import annotations

from urllib.parse import parse_qsl

from aiohttp import web

from hub.kernel.errors import InvalidInput, Words
from web.console.area import Route
from web.console.call import Call
from web.console.registry import console_areas

__all__ = ["drop", "save"]

_MOST_FIELDS = 40


async def save(call: Call) -> web.StreamResponse:
    """What the list's address asked for, as far as its route names it as a filter."""
    route = _route(call.text("page"))
    told = parse_qsl(call.text("query")[:4_000].removeprefix("?"), max_num_fields=_MOST_FIELDS)
    asked = {name: value for name, value in told if name in route.filters}
    saved = await call.desk.filters.save(call.login, route.path, call.text("name"), asked)
    return call.go(route.path, **saved.asked)


async def drop(call: Call) -> web.StreamResponse:
    route = _route(call.text("page"))
    await call.desk.filters.drop(call.login, route.path, call.text("name"))
    return call.go(route.path)


def _route(page: str) -> Route:
    """The list that is meant; raises InvalidInput for what is none."""
    for area in console_areas():
        for route in area.routes:
            if route.path == page and route.method == "GET" and route.filters:
                return route
    raise InvalidInput(
        Words("这个列表没有可保存的筛选", "that list keeps no filters"),
        field="page",
        remedy=Words("从列表页保存", "save it from the list"),
    )
