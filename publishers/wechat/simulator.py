"""WeChat's official-account platform as its documents describe it, for one machine.

Errors come as JSON with HTTP 200. Nothing here knows our client: posts are told apart only by
what the platform itself would see.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web
from aiohttp.multipart import BodyPartReader

from hub.kernel.clock import Clock
from publishers.simulation import Enrolment, Shown
from publishers.simulation import Platform as SimulatedPlatform
from publishers.wechat.simulator_articles import Upload
from publishers.wechat.simulator_calls import FORMS, JSON_CALLS, PLAIN, Form
from publishers.wechat.simulator_state import App, Refusal, beijing
from publishers.wechat.simulator_world import World

__all__ = ["Platform"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Work = Callable[[web.Request], Awaitable[Mapping[str, Any]]]

_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")
_TOKEN = re.compile(r"98_[\w-]{100,}")


class Platform(SimulatedPlatform, World):
    """The platform. See `World` for its switches (`tune`)."""

    name = "wechat"

    def __init__(self, clock: Clock) -> None:
        SimulatedPlatform.__init__(self, clock)
        World.__init__(self, clock)
        self._owners: dict[str, App] = {}  # token → the account it was given to

    def routes(self) -> list[web.RouteDef]:
        found = [
            web.route("*", "/cgi-bin/token", self._guarded(self._token)),
            web.route("*", "/cgi-bin/stable_token", self._guarded(self._stable_token)),
        ]
        for name in (*JSON_CALLS, *FORMS, *PLAIN):
            found.append(web.route("*", f"/cgi-bin/{name}", self._guarded(self._call(name))))
        return found

    def application(self) -> web.Application:
        application = super().application()

        async def until_closed(_: web.Application) -> AsyncIterator[None]:
            yield
            await self.shut()

        application.cleanup_ctx.append(until_closed)
        return application

    def enrol(self, handle: str) -> Enrolment:
        app = self.open_account(handle)
        credentials = {
            "appid": app.appid,
            "secret": app.secret,
            "token": app.token,
            "aes_key": app.aes_key,
        }
        return Enrolment(handle=handle, credentials=credentials)

    def over_limit(self) -> web.Response:
        return _refused(Refusal(45011))

    def end_tokens(self) -> None:
        for app in self.apps.values():
            app.tokens.end(self.now())

    def account(self, handle: str) -> App:
        """The account's state, for a test to look at or to change."""
        return self.open_account(handle)

    def shown(self) -> list[Shown]:
        return self.posts()

    def _guarded(self, work: Work) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                return _reply(await work(request))
            except Refusal as refusal:
                return _refused(refusal)

        return answer

    def _call(self, name: str) -> Work:
        async def work(request: web.Request) -> Mapping[str, Any]:
            _need_method(request, "GET" if name in PLAIN else "POST")
            app = self._authorised(request)
            self.settle(app)
            self.count(app, name)
            if name in FORMS:
                return await FORMS[name](self, app, await _form(request))
            if name in PLAIN:
                return await PLAIN[name](self, app, {})
            result = await JSON_CALLS[name](self, app, await _json(request))
            self.settle(app)
            return result

        return work

    async def _token(self, request: web.Request) -> Mapping[str, Any]:
        _need_method(request, "GET")
        app = self._issued_to(request, request.query, "token")
        token, lifetime = app.tokens.fetch(self.now())
        self._owners[token] = app
        return {"access_token": token, "expires_in": lifetime}

    async def _stable_token(self, request: web.Request) -> Mapping[str, Any]:
        _need_method(request, "POST")
        data = await _json(request)
        app = self._issued_to(request, data, "stable_token")
        day = beijing(self.now(), "%Y-%m-%d")
        force = data.get("force_refresh") is True
        token, lifetime = app.tokens.fetch_stable(self.now(), day, force=force)
        self._owners[token] = app
        return {"access_token": token, "expires_in": lifetime}

    def _issued_to(self, request: web.Request, data: Mapping[str, Any], call: str) -> App:
        """The account that may have a token."""
        if data.get("grant_type") != "client_credential":
            raise Refusal(40002)
        app = self.apps.get(str(data.get("appid", "")))
        if app is None:
            raise Refusal(40013)
        if not secrets.compare_digest(app.secret, str(data.get("secret", ""))):
            raise Refusal(40125)
        if self.check_ip and request.remote not in app.allowed_ips:
            raise Refusal(40164, ip=str(request.remote))
        self.count(app, call)
        return app

    def _authorised(self, request: web.Request) -> App:
        token = request.query.get("access_token", "")
        if not token:
            raise Refusal(41001)
        if not _TOKEN.fullmatch(token):
            raise Refusal(40014)
        app = self._owners.get(token)
        end = app.tokens.end_of(token) if app else None
        if app is None or end is None:
            raise Refusal(40001)
        if end <= self.now():
            raise Refusal(42001)
        return app


def _refused(refusal: Refusal) -> web.Response:
    words = f"{refusal.message} rid: {secrets.token_hex(4)}-{secrets.token_hex(4)}"
    return _reply({"errcode": refusal.code, "errmsg": words, **refusal.extra})


def _reply(data: Mapping[str, Any]) -> web.Response:
    body = json.dumps(data, ensure_ascii=False).encode()
    return web.Response(body=body, content_type="application/json")


def _need_method(request: web.Request, method: str) -> None:
    if request.method != method:
        raise Refusal(43001 if method == "GET" else 43002)


async def _json(request: web.Request) -> dict[str, Any]:
    body = await request.read()
    if not body:
        raise Refusal(44002)
    if _ESCAPED.search(body):
        raise Refusal(40033)
    try:
        data = json.loads(body.decode())
    except ValueError:
        raise Refusal(47001) from None
    if not isinstance(data, dict):
        raise Refusal(47001)
    return data


async def _form(request: web.Request) -> Form:
    """The files and fields of a form; a body of unknown length counts as none, as there."""
    files: dict[str, Upload] = {}
    fields: dict[str, str] = {}
    if request.content_length is None or not request.content_type.startswith("multipart/"):
        raise Refusal(41005)
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        content = bytes(await part.read())
        if part.filename and part.headers.get("Content-Type"):
            files[part.name or ""] = Upload(part.filename, content)
        else:
            fields[part.name or ""] = content.decode("utf-8", "replace")
    return Form(request.query, files, fields)
