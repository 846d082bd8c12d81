"""The request side of the simulated Mastodon: who calls, with which words, how often."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from publishers.simulation import Platform

__all__ = [
    "Call",
    "Citizen",
    "File",
    "Keys",
    "Refused",
    "Token",
    "Windows",
    "read_words",
    "too_many",
]


class Refused(Exception):
    """An answer that is no success: `{"error": words}` with this status."""

    def __init__(self, status: int, words: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.headers = dict(headers or {})


def too_many(self: Platform) -> web.Response:
    """What a server says to one call too many: its window ends in a second."""
    reset = self.clock.now() + timedelta(seconds=1)
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset.isoformat()}
    return web.json_response({"error": "Too many requests"}, status=429, headers=headers)


@dataclass(slots=True)
class Citizen:
    """An account on the server."""

    id: str
    username: str
    disabled: bool = False


@dataclass(slots=True)
class Token:
    """An access token: whose, for what, and whether it was taken back."""

    citizen: Citizen
    scopes: frozenset[str]
    revoked: bool = False

    def allows(self, scope: str) -> bool:
        """A broad scope covers its granular ones: `write` covers `write:statuses`."""
        return scope in self.scopes or scope.partition(":")[0] in self.scopes


@dataclass(frozen=True, slots=True)
class File:
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Call:
    """A request after its door: the caller (None: nobody signed in), its words and files."""

    token: Token | None
    words: Mapping[str, Any]
    files: Mapping[str, File]
    headers: Mapping[str, str]

    def citizen(self, scope: str) -> Citizen:
        """Who calls; refused where nobody does or the token does not allow it."""
        if self.token is None:
            raise Refused(401, "The access token is invalid")
        if not self.token.allows(scope):
            raise Refused(403, "This action is outside the authorized scopes")
        if self.token.citizen.disabled:
            raise Refused(403, "Your login is currently disabled")
        return self.token.citizen

    def text(self, name: str) -> str:
        return str(self.words.get(name) or "")

    def items(self, name: str) -> list[str]:
        """A list: `name` in JSON, `name[]` in forms and queries."""
        found = self.words.get(name, self.words.get(f"{name}[]", []))
        return [str(item) for item in (found if isinstance(found, list) else [found])]

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in {"1", "true", "on", "t"}


@dataclass(slots=True)
class Windows:
    """Counters over fixed windows that begin at whole multiples of their period, as
    Rack::Attack's do."""

    counts: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    def take(self, name: str, who: str, limit: int, period: int, now: datetime) -> dict[str, str]:
        """Count one call; the headers to answer with. Refused with 429 when there are too many."""
        window = int(now.timestamp()) // period
        left = limit - self.counts[name, who, window] - 1
        reset = datetime.fromtimestamp((window + 1) * period, UTC)
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, left)),
            "X-RateLimit-Reset": reset.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }
        if left < 0:
            raise Refused(429, "Too many requests", headers)
        self.counts[name, who, window] += 1
        return headers


Key = tuple[str, str]  # account, Idempotency-Key


@dataclass(slots=True)
class Keys:
    """Idempotency keys of accounts, each with the post it made."""

    held: dict[Key, tuple[datetime, str]] = field(default_factory=dict)
    locked: set[Key] = field(default_factory=set)

    def find(self, key: Key, now: datetime, lifetime_s: float) -> str:
        """The id of the post that an earlier call with `key` made; "" when it is forgotten."""
        at, status_id = self.held.get(key, (now, ""))
        return status_id if (now - at).total_seconds() < lifetime_s else ""

    def keep(self, key: Key, status_id: str, now: datetime) -> None:
        self.held[key] = (now, status_id)

    @contextmanager
    def lock(self, key: Key, *, held: bool) -> Iterator[None]:
        """Let nobody else use `key` meanwhile; releases before 4.4 hold nothing."""
        if key in self.locked:
            raise Refused(503, "There was a temporary problem serving your request, try again")
        if held:
            self.locked.add(key)
        try:
            yield
        finally:
            self.locked.discard(key)


async def read_words(request: web.Request) -> tuple[dict[str, Any], dict[str, File]]:
    """Parameters from query, JSON, form or multipart body; a `name[]` is a list."""
    words: dict[str, Any] = {}
    files: dict[str, File] = {}
    for name, value in request.query.items():
        _put(words, name, value)
    if request.content_type == "application/json":
        words |= _object(await request.read())
    elif request.method in ("POST", "PUT", "PATCH"):
        for name, sent in (await request.post()).items():
            if isinstance(sent, web.FileField):
                files[name] = File(sent.file.read(), sent.content_type)
            elif isinstance(sent, str):
                _put(words, name, sent)
    return words, files


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        raise Refused(400, "Error occurred while parsing request parameters") from None
    return found if isinstance(found, dict) else {}


def _put(words: dict[str, Any], name: str, value: str) -> None:
    if name.endswith("[]"):
        words.setdefault(name, []).append(value)
    else:
        words[name] = value
