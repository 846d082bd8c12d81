"""The door of the staff API: who knocks, how much they may bring, and how they are refused."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from aiohttp import web
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from hub.kernel.errors import GongkaiError, InvalidInput, NotFound, Words
from hub.organisations.models import Person
from hub.organisations.tokens.errors import TokenRefused
from web.staff.asked import decoded, queried
from web.staff.desk import Call, Services
from web.staff.endpoint import Endpoint
from web.staff.shapes import Said, StaffProblem
from web.statuses import NotAllowed, TooLarge, TooManyAttempts, status_of

__all__ = ["Door"]

Handler = Callable[[web.Request], Awaitable[web.Response]]

_MOST_BYTES = 1024 * 1024
_FAILURES: RateLimitItem = RateLimitItemPerMinute(10)
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


_ADDED = {401: {"WWW-Authenticate": 'Bearer realm="gongkai"'}, 429: {"Retry-After": "60"}}


class Door:
    """Lets the owners of tokens in.

    Failures are counted per address. Where there are too many, bad tokens get 429 and are no
    longer recorded, so that nobody fills the audit log; a good token still works, because all of
    an office may share one address, and 256 random bits are not guessed.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def guarded(self, endpoint: Endpoint) -> Handler:
        """The endpoint behind the door: its answer as JSON with its status, errors as problems."""

        async def handle(request: web.Request) -> web.Response:
            try:
                person = await self._owner(request)
                asked = queried(request.query, endpoint.asks) if endpoint.asks else None
                told = decoded(await _body(request), endpoint.takes) if endpoint.takes else None
                call = Call(
                    request=request,
                    person=person,
                    services=self._services,
                    told=told,
                    asked=asked,
                )
                return _answer(await endpoint.handler(call), endpoint.status)
            except GongkaiError as error:
                return _problem(error)

        return handle

    def nowhere(self, allowed: Sequence[tuple[re.Pattern[str], str]]) -> Handler:
        """The refusal of addresses that are none, and of methods that an address does not know
        (RFC 9110, 15.5.6); `allowed` are the addresses with a method each."""

        async def handle(request: web.Request) -> web.Response:
            methods = sorted({method for path, method in allowed if path.match(request.path)})
            if not methods:
                return _problem(_no_address())
            answer = _problem(_no_method(methods))
            answer.headers["Allow"] = ", ".join(methods)
            return answer

        return handle

    async def _owner(self, request: web.Request) -> Person:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        tokens, address = self._services.tokens, request.remote or "unknown"
        try:
            return await tokens.owner(secret.strip() if scheme.lower() == "bearer" else "")
        except TokenRefused as error:
            if not await self._limiter.hit(_FAILURES, address):
                raise _too_many() from None
            attempt = f"{request.method} {request.path}"
            await tokens.record_refused(error, address=address, attempt=attempt)
            raise


async def _body(request: web.Request) -> bytes:
    """The request's body; raises TooLarge, and InvalidInput for another type than JSON."""
    if request.content_type != "application/json":
        raise InvalidInput(
            Words("正文须为 JSON", "the request's body must be JSON"),
            field="Content-Type",
            remedy=Words("写明 application/json", "say application/json"),
        )
    read = bytearray()
    async for chunk in request.content.iter_any():
        read += chunk
        if len(read) > _MOST_BYTES:
            raise TooLarge(
                Words("正文超过 1 MiB", "the request's body is larger than 1 MiB"),
                field="body",
                remedy=Words("缩短正文；图片另行上传", "shorten it; pictures go another way"),
            )
    return bytes(read)


def _answer(value: Any, status: int) -> web.Response:
    response = (
        value
        if isinstance(value, web.Response)
        else web.Response(
            status=status, body=msgspec.json.encode(value), content_type="application/json"
        )
    )
    response.headers.update(_HEADERS)
    return response


def _problem(error: GongkaiError) -> web.Response:
    """The error as a problem document (RFC 9457)."""
    status = status_of(error)
    remedy = Said(zh=error.remedy.zh, en=error.remedy.en) if error.remedy else None
    problem = StaffProblem(
        type=error.code,
        title=error.words.en,
        status=status,
        detail=f"{error.words}" + (f" → {error.remedy}" if error.remedy else ""),
        message=Said(zh=error.words.zh, en=error.words.en),
        remedy=remedy,
        field=error.field,
    )
    return web.Response(
        status=status,
        body=msgspec.json.encode(problem),
        headers=_HEADERS | _ADDED.get(status, {}),
        content_type="application/problem+json",
    )


def _too_many() -> TooManyAttempts:
    return TooManyAttempts(
        Words("失败次数过多", "too many failed attempts"),
        field="Authorization",
        remedy=Words("一分钟后再试，并检查令牌", "try again in a minute, and look at your token"),
    )


def _no_address() -> NotFound:
    return NotFound(
        Words("没有这个地址", "there is no such address"),
        field="path",
        remedy=Words("见 /api/staff/openapi.json", "see /api/staff/openapi.json"),
    )


def _no_method(methods: Sequence[str]) -> NotAllowed:
    known = ", ".join(methods)
    return NotAllowed(
        Words("此地址不支持该方法", "this address does not know that method"),
        field="method",
        remedy=Words(f"使用 {known}", f"use {known}"),
    )
