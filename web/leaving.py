"""People close their browser, and platforms hang up, in the middle of asking: nothing failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

__all__ = ["has_left", "unless_left"]

_CLIENT_CLOSED = 499  # nobody reads it; nginx's name for the same


def has_left(request: web.Request, error: Exception) -> bool:
    """Whether this is only that the caller has gone; a connection of ours to somewhere else that
    broke is the same kind of error while the caller is there."""
    gone = request.transport is None or request.transport.is_closing()
    return gone and isinstance(error, ConnectionResetError)


@web.middleware
async def unless_left(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Without it every such request is an error with a traceback in the log."""
    try:
        return await handler(request)
    except ConnectionResetError as error:
        if not has_left(request, error):
            raise
        return web.Response(status=_CLIENT_CLOSED)
