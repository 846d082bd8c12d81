"""The console's door: who comes in, from where a change may come, what every answer carries."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.web_request import FileField

from hub.kernel.errors import Forbidden, GongkaiError, Words
from hub.organisations.signin.errors import NotProved, SignedOut
from hub.organisations.signin.models import Stage, Visitor
from hub.organisations.signin.rules import form_token
from web.console.area import Route
from web.console.call import ROOT, Call
from web.console.cookies import forget_session, session_secret, taste_of
from web.console.desk import Desk

__all__ = ["Door", "ForeignForm", "headers_of"]

_SAFE = frozenset({"GET", "HEAD"})
_LITTLE = 64 * 1024  # bytes that somebody may send who is not signed in
TOKEN_FIELD, TOKEN_HEADER = "_token", "X-Form-Token"
# where somebody is led whose session is short of open
_STEPS: Mapping[Stage, str] = {
    Stage.CODE: "/sign-in/code",
    Stage.PASSWORD: "/sign-in/password",
    Stage.ENROL: "/sign-in/enrol",
}


class ForeignForm(Forbidden):
    """A change that does not come from a page of ours."""

    code = "foreign-form"

    def __init__(self) -> None:
        super().__init__(
            Words("这次提交不是从本页发出的", "this was not sent from our page"),
            remedy=Words("重新打开页面后再提交", "open the page again, then send it"),
        )


def headers_of(*, https: bool) -> dict[str, str]:
    """What every answer carries: nothing runs, loads, frames or is cached but what is ours."""
    held = {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
            " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    }
    if https:
        held["Strict-Transport-Security"] = "max-age=31536000"
    return held


class Door:
    """Makes a route's handler one that aiohttp calls."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def guarded(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """`route.handler` for those whom the route lets in; everybody else is led or refused."""

        async def handle(request: web.Request) -> web.StreamResponse:
            secret = session_secret(request, https=self._desk.https)
            call = Call(request=request, desk=self._desk, taste=taste_of(request), secret=secret)
            try:
                if request.method not in _SAFE:
                    _refuse_foreign(request)
                visitor = await self._visitor(route, call)
                call = replace(call, known=visitor, secret=secret if visitor else "")
                return self._led(route, call) or await self._handled(route, call)
            except SignedOut:
                return self._to_sign_in(call)
            except NotProved:
                return self._to_proving(call)
            except GongkaiError as error:
                return call.refuse(error)

        return handle

    def _led(self, route: Route, call: Call) -> web.StreamResponse | None:
        """To the step that a session short of open waits for; None for who may go on. Raises
        Forbidden, NotProved: nothing that was sent is read before."""
        if route.needs.anonymous:
            return None
        visitor = call.visitor
        if visitor.session.stage not in route.needs.stages:
            return call.go(_STEPS.get(visitor.session.stage, "/"))
        if not route.needs.admits(visitor):
            raise _no_role()
        if route.proved:
            self._desk.sessions.require_proved(visitor)
        return None

    async def _handled(self, route: Route, call: Call) -> web.StreamResponse:
        """The handler's answer, with what was sent once it is sure that our own page sent it."""
        if call.request.method in _SAFE:
            return await route.handler(await _listing(route, call))
        most = route.most_bytes if call.known else _LITTLE
        fields, chosen = await _sent(call.request, most)
        try:
            token = fields.pop(TOKEN_FIELD, "")
            if call.known:
                _check_token(call.secret, token, call.request)
            return await route.handler(replace(call, form=fields, chosen=chosen))
        finally:
            for value in fields.values():
                if isinstance(value, FileField):
                    value.file.close()

    async def _visitor(self, route: Route, call: Call) -> Visitor | None:
        """Who it is; nobody only where everybody may come."""
        try:
            return await self._desk.sessions.visitor(call.secret, noted=not route.quiet)
        except SignedOut:
            if route.needs.anonymous:
                return None
            raise

    def _to_sign_in(self, call: Call) -> web.Response:
        """The sign-in, which leads back to a page that was only looked at."""
        request = call.request
        back = request.path_qs if request.method == "GET" and not call.partial else ""
        response = call.go("/sign-in", next=back if back != f"{ROOT}/" else "")
        if call.secret:
            forget_session(response, https=self._desk.https)
        return response

    def _to_proving(self, call: Call) -> web.Response:
        """The page that asks for password and code again and leads back to where it was asked."""
        request = call.request
        back = request.path_qs if request.method == "GET" else _page_before(request)
        return call.go("/prove", next=back)


async def _listing(route: Route, call: Call) -> Call:
    """Of a list that keeps filters, with what its reader has kept; a part of it shows none."""
    if not route.filters or call.partial:
        return call
    saved = await call.desk.filters.find(call.login, route.path)
    return replace(call, listing=route.path, filters=route.filters, saved=saved)


def _page_before(request: web.Request) -> str:
    """The page of ours on which a form stood."""
    found = urlsplit(request.headers.get("Referer", ""))
    ours = found.netloc == request.host and found.path.startswith(f"{ROOT}/")
    return found.path if ours else ""


def _refuse_foreign(request: web.Request) -> None:
    """Browsers say where a change comes from, and pages elsewhere cannot make them lie: by
    Sec-Fetch-Site, older ones by Origin. Raises ForeignForm, also where neither is said."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None and site != "same-origin":
        raise ForeignForm
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise ForeignForm
    if site is None and origin is None:
        raise ForeignForm


def _check_token(secret: str, given: Any, request: web.Request) -> None:
    """The second lock: only a page that was made for this session knows its token."""
    told = given if isinstance(given, str) and given else request.headers.get(TOKEN_HEADER, "")
    if not hmac.compare_digest(told.encode(), form_token(secret).encode()):
        raise ForeignForm


async def _sent(request: web.Request, most: int) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Every field once, and all values of those that were sent several times or once."""
    if request.content_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return {}, {}
    told = await request.clone(client_max_size=most).post()
    values = {name: [v for v in told.getall(name) if isinstance(v, str)] for name in set(told)}
    return dict(told), values


def _no_role() -> Forbidden:
    return Forbidden(
        Words("您的角色没有此项权限", "your roles do not include this"),
        remedy=Words("如需办理，请联系本单位管理员", "ask the administrator of your body"),
    )
