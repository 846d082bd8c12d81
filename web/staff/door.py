"""The door of the staff API: who knocks, how much they may bring, and how they are refused."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec
from aiohttp import web
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from hub.kernel.errors import GongkaiError, InvalidInput, NotFound, Words
from hub.kernel.means import Means, acting_by
from hub.organisations.tokens.errors import ScopeNeeded, TokenRefused
from hub.organisations.tokens.models import Token, TokenHolder
from hub.organisations.tokens.repeats.models import TOLD_ELSEWHERE, Answered, Request
from hub.organisations.tokens.scopes import Scope
from web.staff.asked import decoded, queried
from web.staff.desk import Call, Services
from web.staff.endpoint import Endpoint
from web.staff.shapes import Said, StaffProblem
from web.statuses import NotAllowed, TooLarge, TooManyAttempts, TooManyRequests, status_of

__all__ = ["FILE", "JSON", "ROOT", "Door"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Limits = Mapping[str, str]

ROOT = "/api/staff/v1"
JSON, FILE = "application/json", "application/octet-stream"

_MOST_BYTES = 1024 * 1024
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_FAILURES: RateLimitItem = RateLimitItemPerMinute(10)
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


_ADDED = {401: {"WWW-Authenticate": 'Bearer realm="gongkai"'}, 429: {"Retry-After": "60"}}


@dataclass(frozen=True, slots=True)
class _Knock:
    """One request that was let in, with its whole body."""

    request: web.Request
    endpoint: Endpoint
    holder: TokenHolder
    limits: Limits
    body: bytes


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

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                holder = await self._holder(request)
                limits = await self._services.rates.hit(holder.token)
            except GongkaiError as error:
                return _problem(error)
            try:
                _require_scopes(holder.token, endpoint)
                answer = await self._once(request, endpoint, holder, limits)
            except GongkaiError as error:
                answer = _problem(error)
            answer.headers.update(limits)
            return answer

        return handle

    async def _once(
        self, request: web.Request, endpoint: Endpoint, holder: TokenHolder, limits: Limits
    ) -> web.StreamResponse:
        """The answer; to a request that comes again with its idempotency key, the one before."""
        body = await _sent(request, endpoint)
        knock = _Knock(request, endpoint, holder, limits, body)
        means, repeats = f"key:{holder.token.id}", self._services.repeats
        key = request.headers.get("Idempotency-Key", "") if endpoint.changes else ""
        if not key:
            with acting_by(Means(name=means)):
                return await self._answered(knock)
        again = Request(token_id=holder.token.id, key=_checked(key), digest=_digest(request, body))
        if (known := await repeats.before(again)) is not None:
            return _kept(known) if known.told else _elsewhere(again.key)
        with acting_by(Means(name=means, rider=repeats.rider(again))):
            answer = await self._answered(knock)
        if endpoint.secret and answer.status == endpoint.status:
            kept = (TOLD_ELSEWHERE, "", b"")
        else:
            kept = (answer.status, answer.content_type, _bytes(answer))
        # what is only taken away again when the client leaves would be done twice
        await asyncio.shield(repeats.after(again, *kept))
        return answer

    async def _answered(self, knock: _Knock) -> web.StreamResponse:
        request, endpoint = knock.request, knock.endpoint
        try:
            asked = queried(request.query, endpoint.asks) if endpoint.asks else None
            told: Any = knock.body if endpoint.takes_file else None
            if endpoint.takes:
                told = decoded(knock.body, endpoint.takes)
            call = Call(
                request=request,
                person=knock.holder.person,
                token=knock.holder.token,
                services=self._services,
                limits=knock.limits,
                told=told,
                asked=asked,
            )
            return _answer(await endpoint.handler(call), endpoint.status)
        except GongkaiError as error:
            return _problem(error)

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

    async def _holder(self, request: web.Request) -> TokenHolder:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        tokens, address = self._services.tokens, request.remote or "unknown"
        try:
            return await tokens.holder(secret.strip() if scheme.lower() == "bearer" else "")
        except TokenRefused as error:
            if not await self._limiter.hit(_FAILURES, address):
                raise _too_many() from None
            attempt = f"{request.method} {request.path}"
            await tokens.record_refused(error, address=address, attempt=attempt)
            raise


async def _sent(request: web.Request, endpoint: Endpoint) -> bytes:
    """The request's body; raises TooLarge, and InvalidInput for another type than is taken."""
    if not endpoint.takes and not endpoint.takes_file:
        return b""
    kind, most = (FILE, endpoint.takes_file) if endpoint.takes_file else (JSON, _MOST_BYTES)
    if request.content_type != kind:
        raise InvalidInput(
            Words(f"正文须为 {kind}", f"the request's body must be {kind}"),
            field="Content-Type",
            remedy=Words(f"写明 {kind}", f"say {kind}"),
        )
    read = bytearray()
    async for chunk in request.content.iter_any():
        read += chunk
        if len(read) > most:
            size = f"{most // 1024**2} MiB"
            raise TooLarge(
                Words(f"正文超过 {size}", f"the request's body is larger than {size}"),
                field="body",
                remedy=Words("缩短正文；文件另行上传", "shorten it; files go another way"),
            )
    return bytes(read)


def _answer(value: Any, status: int) -> web.StreamResponse:
    if isinstance(value, web.StreamResponse) and value.prepared:  # it was sent as it was read
        return value
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
    added = error.headers if isinstance(error, TooManyRequests) else _ADDED.get(status, {})
    return web.Response(
        status=status,
        body=msgspec.json.encode(problem),
        headers={**_HEADERS, **added},
        content_type="application/problem+json",
    )


def _require_scopes(token: Token, endpoint: Endpoint) -> None:
    for needed in (endpoint.needs, *((Scope.GRAVE,) if endpoint.grave else ())):
        if needed not in token.scopes:
            raise ScopeNeeded(needed)


def _checked(key: str) -> str:
    """An idempotency key as it came; raises InvalidInput for one that cannot be."""
    if not _KEY.fullmatch(key):
        raise InvalidInput(
            Words(
                "幂等键须为 1 至 255 个可见字符",
                "it has 1 to 255 visible characters",
            ),
            field="Idempotency-Key",
            remedy=Words("如一个 UUID", "such as a UUID"),
        )
    return key


def _digest(request: web.Request, body: bytes) -> str:
    """What makes a request the same: its method, its address and its body."""
    whole = f"{request.method} {request.path_qs}\n".encode() + body
    return hashlib.sha256(whole).hexdigest()


def _bytes(answer: web.StreamResponse) -> bytes:
    body = answer.body if isinstance(answer, web.Response) else b""
    return bytes(body) if isinstance(body, (bytes, bytearray)) else b""


def _kept(known: Answered) -> web.Response:
    """The answer of the first time, and that it is one."""
    return web.Response(
        status=known.status,
        body=known.answer,
        content_type=known.kind,
        headers={**_HEADERS, "Idempotent-Replayed": "true"},
    )


def _elsewhere(key: str) -> web.Response:
    """The answer is lost, or was shown once: where it is told what the request did."""
    address = f"{ROOT}/requests?key={quote(key, safe='')}"
    return web.Response(status=TOLD_ELSEWHERE, headers={**_HEADERS, "Location": address})


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
