"""A span for every request: console, API, portal, and what platforms call."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from hub.kernel.tracing import Beginning, Side, span

__all__ = ["traced"]

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_UNKNOWN = "unknown"  # no route: the path is a stranger's words


@web.middleware
async def traced(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A caller's W3C traceparent is taken up; whether the trace is kept is for us to say."""
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else _UNKNOWN
    method = request.method if request.method in _METHODS else _UNKNOWN
    beginning = Beginning(Side.SERVER, apart=True, parent=request.headers.get("traceparent", ""))
    answer: web.StreamResponse | web.HTTPException
    with span(f"{method} {route}", beginning, method=method, route=route) as told:
        try:
            answer = await handler(request)
        except web.HTTPException as error:  # an answer like any other, on its way by another door
            answer = error
        told.tell(status=answer.status)
    if isinstance(answer, web.HTTPException):
        raise answer
    return answer
