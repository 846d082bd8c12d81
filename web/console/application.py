"""The console as one application below `/console`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import aiohttp_jinja2
import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from hub.kernel.errors import GongkaiError, Unavailable, Words
from web.console.area import Route
from web.console.assets import asset_routes
from web.console.call import Call
from web.console.cookies import taste_of
from web.console.desk import Desk
from web.console.door import Door, headers_of
from web.console.registry import console_areas
from web.console.rendering import environment
from web.leaving import has_left

__all__ = ["console_application", "console_routes"]

_log = structlog.get_logger(__name__)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def console_routes() -> Iterator[Route]:
    """The table of every page and change there is."""
    for area in console_areas():
        yield from area.routes


def console_application(desk: Desk) -> web.Application:
    """To be added below `call.ROOT`; nothing is reached that no area declares."""
    application = web.Application(middlewares=[_dressed(desk)])
    application[aiohttp_jinja2.APP_KEY] = environment(desk.zone)
    application.on_shutdown.append(lambda _: desk.pulse.close())
    application.on_shutdown.append(lambda _: desk.governing.auditing.close())
    if desk.provider is not None:
        application.on_cleanup.append(desk.provider.closed)
    door = Door(desk)
    application.add_routes(asset_routes())
    application.add_routes(
        web.route(route.method, route.path, door.guarded(route)) for route in console_routes()
    )
    return application


def _dressed(desk: Desk) -> Middleware:
    """Headers for every answer, pages of ours for what went wrong, no inside told of a defect."""
    held = headers_of(https=desk.https)

    @web.middleware
    async def dress(request: web.Request, handler: _Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            response = _told(request, desk, _missing(error), error.status)
        except Exception as error:
            if has_left(request, error):
                raise
            _log.exception("console.failed", method=request.method, path=request.path)
            response = _told(request, desk, _defect(), 500)
        for name, value in held.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return dress


def _told(request: web.Request, desk: Desk, error: GongkaiError, status: int) -> web.StreamResponse:
    call = Call(request=request, desk=desk, taste=taste_of(request))
    response = call.refuse(error)
    response.set_status(status)
    return response


def _missing(error: web.HTTPException) -> GongkaiError:
    if error.status == 404:
        return GongkaiError(
            Words("没有这一页", "there is no such page"),
            remedy=Words("从左侧菜单重新进入", "begin again from the menu"),
        )
    return GongkaiError(
        Words(f"请求无法处理（{error.status}）", f"the request cannot be served ({error.status})"),
        remedy=Words("返回上一页再试", "go back and try again"),
    )


def _defect() -> Unavailable:
    return Unavailable(
        Words("系统出错，已记入日志", "something broke; it is in the log"),
        remedy=Words("稍后再试；仍不行请联系管理员", "try later; else tell the administrator"),
    )
