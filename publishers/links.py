"""Whether a link answers: asked as a reader's browser would, but with a short patience, reading
nothing, and never following to another host without saying so."""

from __future__ import annotations

import asyncio
from urllib.parse import urljoin, urlsplit

import aiohttp

from hub.publishing.preflight.models import LinkAnswer

__all__ = ["ask_link"]

_TIMEOUT_S = 8.0
_CONNECT_S = 4.0
_MOST_HOPS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# A server that does not like HEAD is asked with GET; RFC 9110 wants both to answer alike.
_NOT_BY_HEAD = frozenset({400, 403, 404, 405, 406, 501})


async def ask_link(session: aiohttp.ClientSession, url: str) -> LinkAnswer:
    """What `url` answers, after at most three redirects on its own host; never raises for a
    link that is dead, malformed or not http(s)."""
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            return await _follow(session, url)
    except TimeoutError:
        return LinkAnswer(status=0, error="timeout")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return LinkAnswer(status=0, error=type(error).__name__)


async def _follow(session: aiohttp.ClientSession, url: str) -> LinkAnswer:
    host = _host(url)
    for _ in range(_MOST_HOPS + 1):
        status, location = await _once(session, "HEAD", url)
        if status in _NOT_BY_HEAD:
            status, location = await _once(session, "GET", url)
        if status not in _REDIRECTS or not location:
            return LinkAnswer(status=status)
        url = urljoin(url, location)
        if _host(url) != host:
            return LinkAnswer(status=status, moved_to=_host(url))
    return LinkAnswer(status=0, error="redirects")


async def _once(session: aiohttp.ClientSession, method: str, url: str) -> tuple[int, str]:
    """Status and where it leads; the body is not read."""
    limits = aiohttp.ClientTimeout(total=_TIMEOUT_S, sock_connect=_CONNECT_S)
    async with session.request(method, url, allow_redirects=False, timeout=limits) as response:
        response.close()
        return response.status, response.headers.get("Location", "")


def _host(url: str) -> str:
    """The host of an http(s) address; raises ValueError for any other."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not http(s)")
    return parts.hostname.lower()
