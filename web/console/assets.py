"""What browsers load beside the pages: our style sheets and scripts, and packages' scripts.

An address names its content, so browsers keep it for ever; it is compressed once. What every page
begins with is one file, so that nothing is painted later for a second one on its way.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiohttp import web

__all__ = ["Asset", "asset_routes", "assets"]

_OURS = Path(__file__).resolve().parents[2] / "templates" / "console" / "assets"
_PACKAGES = Path(__file__).resolve().parent / "browser" / "node_modules"
_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# file of a package → the name it is served by; absent until `make setup` brought it
_TAKEN: Mapping[str, str] = {"htmx.org/dist/htmx.min.js": "htmx.js"}
# files that every page needs, served as one under the last one's name
_JOINED = ("tokens.css", "console.css")


@dataclass(frozen=True, slots=True)
class Asset:
    path: str
    content_type: str
    body: bytes
    packed: bytes


@cache
def assets() -> Mapping[str, Asset]:
    """Every asset by the name templates use."""
    files = {file.name: file for file in _OURS.iterdir() if file.suffix in _TYPES}
    files |= {name: _PACKAGES / taken for taken, name in _TAKEN.items()}
    found = {name: file.read_bytes() for name, file in sorted(files.items()) if file.is_file()}
    found[_JOINED[-1]] = b"\n".join(found.pop(name) for name in _JOINED)
    return {name: _asset(name, body) for name, body in found.items()}


def _asset(name: str, body: bytes) -> Asset:
    stem, _, suffix = name.rpartition(".")
    path = f"/assets/{stem}-{hashlib.sha256(body).hexdigest()[:12]}.{suffix}"
    return Asset(path, _TYPES[f".{suffix}"], body, gzip.compress(body, mtime=0))


def asset_routes() -> list[web.RouteDef]:
    """For everybody: there is nothing in them but how pages look and move."""
    return [web.get(asset.path, _served(asset)) for asset in assets().values()]


def _served(asset: Asset) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        response = web.Response(body=asset.packed if packed else asset.body)
        response.headers["Content-Type"] = asset.content_type
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers["Vary"] = "Accept-Encoding"
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        return response

    return handle
