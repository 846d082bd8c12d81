"""An identity provider that is as strict as the standards let it be, and lies when told to."""

from __future__ import annotations

import base64
import hashlib
import html
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jws
from joserfc.jwk import ECKey, OctKey

CLIENT, SECRET = "gongkai console", "a secret: of%us"
CALLBACK = "https://hub.example.gov.cn/console/sign-in/provider/back"
PAGE = """<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>省统一身份认证</title>
<link rel="icon" href="data:,"><main><h1>省统一身份认证</h1><a href="{back}">同意</a></main>"""
Change = Callable[[dict[str, Any]], None]


def half_hash(text: str) -> str:
    """at_hash of an algorithm with SHA-256 (OpenID Connect Core 1.0, 3.1.3.6)."""
    half = hashlib.sha256(text.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()


def part(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


@dataclass(slots=True)
class Identified:
    """`change` alters an ID token's claims; `sign` makes the token from them, if it is not the
    usual way; `headers` are the token's. `callback` is the address that was registered. `twist`
    alters what a person is sent back with from the provider's own page."""

    url: str = ""
    callback: str = CALLBACK
    twist: Callable[[dict[str, str]], None] | None = None
    subject: str = "p-4711"
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "first"}))
    shown: list[ECKey] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    change: Change | None = None
    sign: Callable[[dict[str, Any]], str] | None = None
    said: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    down: bool = False

    def rotate(self) -> None:
        """Another key signs from now on; the former is shown no more."""
        self.key = ECKey.generate_key("P-256", {"kid": secrets.token_hex(4)})

    def authorise(self, query: dict[str, str]) -> str:
        """What its user agrees to; where they are sent back to. Refuses what a provider must."""
        self.asked.append(query)
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["redirect_uri"] == self.callback
        assert query["scope"].split() == ["openid"]
        assert query["code_challenge_method"] == "S256"
        assert len(query["code_challenge"]) == 43
        assert min(len(query["state"]), len(query["nonce"])) >= 32
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"?{urlencode({'code': code, 'state': query['state'], 'iss': self.url})}"

    async def page(self, request: web.Request) -> web.Response:
        """Where people say that they are who they are; what was not asked rightly is refused."""
        try:
            answered = self.authorise(dict(request.query))
        except (AssertionError, KeyError) as error:
            raise web.HTTPBadRequest(text=f"invalid_request {error!r}") from error
        told = dict(parse_qsl(answered[1:]))
        if self.twist:
            self.twist(told)
        back = html.escape(f"{self.callback}?{urlencode(told)}")
        text = PAGE.format(back=back)
        return web.Response(text=text, content_type="text/html", charset="utf-8")

    async def configuration(self, request: web.Request) -> web.Response:
        if self.down:
            raise web.HTTPBadGateway
        told = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorise",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "end_session_endpoint": f"{self.url}/leave",
            "authorization_response_iss_parameter_supported": True,
        }
        return web.json_response(told | self.said)

    async def keys(self, request: web.Request) -> web.Response:
        return web.json_response({"keys": [self.key.as_dict(private=False)]})

    async def token(self, request: web.Request) -> web.Response:
        """A code counts once, for its client, with its verifier and its address."""
        told = {name: str(value) for name, value in (await request.post()).items()}
        query = self.codes.pop(told.get("code", ""), None)
        if query is None or not _is_client(request) or not _proves(told, query):
            return web.json_response({"error": "invalid_grant"}, status=400)
        access = secrets.token_urlsafe(16)
        now = int(datetime.now(UTC).timestamp())
        claims = {
            "iss": self.url,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": query["nonce"],
            "at_hash": half_hash(access),
        }
        if self.change:
            self.change(claims)
        answer = {"access_token": access, "token_type": "Bearer", "id_token": self._signed(claims)}
        return web.json_response(answer)

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.sign:
            return self.sign(claims)
        return signed(claims, self.key, "ES256")


def signed(claims: dict[str, Any], key: ECKey | OctKey, algorithm: str) -> str:
    header = {"alg": algorithm, "kid": key.kid or "first"}
    return jws.serialize_compact(header, web_json(claims), key, algorithms=[algorithm])


def unsigned(claims: dict[str, Any]) -> str:
    """`alg: none`, as an attacker would like it to be taken."""
    return f"{part(web_json({'alg': 'none'}))}.{part(web_json(claims))}."


def web_json(told: dict[str, Any]) -> bytes:
    return web.json_response(told).body  # type: ignore[return-value]


def _is_client(request: web.Request) -> bool:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    name, _, secret = base64.b64decode(given).decode().partition(":")
    quoted = unquote(name.replace("+", " ")), unquote(secret.replace("+", " "))
    return kind == "Basic" and quoted == (CLIENT, SECRET)


def _proves(told: dict[str, str], query: dict[str, str]) -> bool:
    digest = hashlib.sha256(told.get("code_verifier", "").encode()).digest()
    return (
        part(digest) == query["code_challenge"]
        and told.get("redirect_uri") == query["redirect_uri"]
        and told.get("grant_type") == "authorization_code"
    )


@asynccontextmanager
async def provider() -> AsyncIterator[Identified]:
    made = Identified()
    application = web.Application()
    application.add_routes(
        [
            web.get("/.well-known/openid-configuration", made.configuration),
            web.get("/keys", made.keys),
            web.get("/authorise", made.page),
            web.post("/token", made.token),
        ]
    )
    async with TestServer(application) as server:
        made.url = str(server.make_url("")).rstrip("/")
        yield made
