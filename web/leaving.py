"""People close their browser, and platforms hang up, in the middle of asking: nothing failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

__all__ = ["unless_left"]

_CLIENT_CLOSED = 499  # nobody reads it; nginx's name for the same


@web.middleware
async def unless_left(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Without it every such request is an error with a traceback in the log."""
    try:
        return await handler(request)
    except ConnectionResetError:
        there = request.transport is not None and not request.transport.is_closing()
        if there:  # then it was a connection of ours to somewhere else
            raise
        return web.Response(status=_CLIENT_CLOSED)
