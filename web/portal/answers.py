"""Answers of the portal: their headers, their ETags, and pages for what went wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

__all__ = ["HEADERS", "Handler", "answer"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Nothing of ours needs a script or anything from elsewhere, so nothing else may load it either.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def answer(
    request: web.Request,
    body: bytes,
    content_type: str,
    *,
    status: int = 200,
    max_age: int = 60,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """`body` with its ETag; 304 without a body when the visitor has it already.

    `max_age` is in seconds; a cache that has the answer asks again after that with the ETag.
    """
    tag = hashlib.sha256(body).hexdigest()[:32]
    given = {**HEADERS, **(headers or {}), "Cache-Control": f"public, max-age={max_age}"}
    held = request.if_none_match or ()
    if status == 200 and any(etag.value in (tag, "*") for etag in held):
        response = web.Response(status=304, headers=given)
    else:
        response = web.Response(
            status=status, body=body, headers={**given, "Content-Type": content_type}
        )
    response.etag = tag
    return response
