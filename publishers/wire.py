"""The way out: one HTTP call with a timeout, a size limit, no redirects, and a typed ending.

The one question every other hub gets wrong is answered here: did bytes leave? A call that never
got a connection raises NotSent. After that point a call with an effect that ends without a
decisive answer raises Unknown, and one without an effect raises Busy. Nothing is retried here.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

import aiohttp
import msgspec
from yarl import URL

from hub.kernel.errors import Words
from hub.kernel.tracing import Beginning, Side, span
from hub.publishing.errors import Busy, DeliveryError, NotSent, Rejected, Unknown
from hub.publishing.holding import check_held
from publishers.posting import Incoming, Poster, is_small_post
from publishers.shelf import Shelf

__all__ = ["Answer", "Wire", "open_session"]

_CONNECT_TIMEOUT_S = 5.0
_LARGEST_ANSWER = 8 * 1024 * 1024
_CHUNK = 64 * 1024
_LARGE = 1024 * 1024
_JSON = "application/json; charset=utf-8"
_BYTES = "application/octet-stream"
# Shorter than any server's own limit: a reused connection that the server is just closing would
# leave the fate of a post unknown.
_KEEPALIVE_S = 8.0
_CLIENT = Beginning(Side.CLIENT)

# What happens after a call without a decisive answer; a person has to do nothing yet.
_NEXT = {
    Unknown: Words(
        "先核对平台上是否已有，不会盲目重发；若多次出现，检查接口地址与代理",
        "it is checked whether the post is there, never blindly repeated; if this happens often, "
        "check base_url and proxies",
    ),
    Busy: Words(
        "稍后自动重试；若多次出现，检查接口地址与代理",
        "it is tried again later; if this happens often, check base_url and proxies",
    ),
}


def _connector(limit: int) -> aiohttp.TCPConnector:
    """The pool behind a wire: `limit` connections over all hosts, names cached for a minute."""
    return aiohttp.TCPConnector(limit=limit, ttl_dns_cache=60, keepalive_timeout=_KEEPALIVE_S)


def open_session(limit: int = 256) -> aiohttp.ClientSession:
    """A session for a wire: `limit` connections, no cookies, one set of plain headers."""
    session = aiohttp.ClientSession(
        connector=_connector(limit),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "Gongkai"},
    )
    # aiohttp sends a PUT or DELETE again by itself when a kept connection dies under it, and has
    # no public word against that; its own test client says it so.
    session._retry_connection = False
    return session


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `status`, `headers`, the whole `body`; `effect` of the call it answers."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    effect: bool
    what: str

    def json(self) -> Any:
        """The body as JSON; raises as an undecided call does when it is not (a proxy's page)."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if _is_utf8(self.body):
                raise self.unreadable("not-json", "不是 JSON", "not JSON") from error
            raise self.unreadable("not-utf8", "不是 UTF-8", "not UTF-8") from error

    def unreadable(self, code: str, zh: str, en: str) -> DeliveryError:
        """The error for an answer from which nothing can be concluded."""
        kind = Unknown if self.effect else Busy
        return kind(
            Words(f"{self.what}：平台的回答{zh}", f"{self.what}: the platform's answer is {en}"),
            platform_code=f"{code} (HTTP {self.status})",
            platform_message=self.body[:200].decode("utf-8", "replace"),
            remedy=_NEXT[kind],
        )


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


_Body = bytes | aiohttp.FormData | Mapping[str, str] | AsyncIterable[bytes] | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """One call as it was asked for, but for its body."""

    method: str
    url: str = field(repr=False)
    params: Mapping[str, str] | None = field(repr=False)
    headers: Mapping[str, str] | None = field(repr=False)
    timeout: timedelta
    what: str
    effect: bool
    max_bytes: int

    @property
    def address(self) -> URL:
        """Raises ValueError for what is none."""
        return URL(self.url).extend_query(self.params) if self.params else URL(self.url)


class Wire:
    """HTTP calls over a session that its owner opens and closes. `shelf` is where access tokens
    are shared with other processes; None for an installation without."""

    def __init__(self, session: aiohttp.ClientSession, shelf: Shelf | None = None) -> None:
        self._session = session
        self.shelf = shelf
        self._poster = Poster(session)

    @property
    def session(self) -> aiohttp.ClientSession:
        return self._session

    async def call(
        self,
        method: str,
        url: str,
        *,
        what: str,
        effect: bool,
        timeout: timedelta = timedelta(seconds=20),
        params: Mapping[str, str] | None = None,
        json: Any = None,
        data: _Body = None,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = _LARGEST_ANSWER,
    ) -> Answer:
        """Make one call and return its whole answer, whatever its status.

        `what` names the call in errors and logs (never the URL: it may hold a token). `effect`
        says whether the platform's state may change. `json` is sent as raw UTF-8, never as
        \\u escapes. Raises NotSent, Unknown or Busy, and Rejected for a redirect.
        """
        body = data if json is None else msgspec.json.encode(json)
        asked = _Asked(method, url, params, headers, timeout, what, effect, max_bytes)
        with span("platform.call", _CLIENT, what=what, method=method, effect=effect) as told:
            answer = await self._exchange(asked, body, _BYTES if json is None else _JSON)
            told.tell(status=answer.status)
        return _refuse_redirect(answer)

    async def _exchange(self, asked: _Asked, body: _Body, typed: str) -> Answer:
        async def read(incoming: Incoming) -> Answer:
            return await _read(incoming, asked.max_bytes, asked.what, asked.effect)

        leave = check_held if asked.effect else _may_leave
        method, limits = asked.method, _limits(asked.timeout)
        try:
            address = asked.address
            if isinstance(body, bytes) and is_small_post(method, address, body):
                return await self._poster.post(
                    method, address, body, typed, asked.headers, limits, read, leave
                )
            leave()
            async with self._session.request(
                method,
                address,
                data=_payload(body, typed) if isinstance(body, bytes) else body,
                headers=asked.headers,
                timeout=limits,
                allow_redirects=False,
            ) as response:
                return await read(response)
        except DeliveryError:
            raise
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise _ended(error, asked.what, asked.effect) from error


def _may_leave() -> None:
    """What has no effect may leave at any time."""


def _payload(body: bytes, content_type: str) -> aiohttp.Payload:
    """Bytes on their way out; a stream where raw ones would hold up the loop."""
    if len(body) < _LARGE:
        return aiohttp.BytesPayload(body, content_type=content_type)
    return aiohttp.BytesIOPayload(io.BytesIO(body), content_type=content_type)


@cache
def _limits(timeout: timedelta) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=timeout.total_seconds(), sock_connect=_CONNECT_TIMEOUT_S)


async def _read(incoming: Incoming, max_bytes: int, what: str, effect: bool) -> Answer:
    status, headers, content = incoming.status, incoming.headers, incoming.content
    announced = headers.get("Content-Length")  # the parser has refused what is no number
    if announced is not None and int(announced) <= _CHUNK:
        return Answer(status, headers, await content.read(), effect, what)
    chunks: list[bytes] = []
    size = 0
    async for chunk in content.iter_chunked(_CHUNK):
        size += len(chunk)
        if size > max_bytes:  # leaving unread what there is ends the connection
            head = Answer(status, headers, (chunks or [chunk])[0][:200], effect, what)
            raise head.unreadable("answer-too-large", "过大", f"over {max_bytes} bytes")
        chunks.append(chunk)
    return Answer(status, headers, b"".join(chunks), effect, what)


def _refuse_redirect(answer: Answer) -> Answer:
    """301, 302, 307, 308 mean "not here": nothing was done. 303 comes after something was."""
    if not 300 <= answer.status < 400:
        return answer
    if answer.status == 303:
        raise answer.unreadable("redirect", "是跳转", "a redirect")
    raise Rejected(
        Words(f"{answer.what}：接口要求跳转，未跟随", f"{answer.what}: a redirect, not followed"),
        platform_code=f"redirect (HTTP {answer.status})",
        remedy=Words("检查账号的接口地址 base_url", "check the account's base_url"),
        field="base_url",
    )


def _ended(error: Exception, what: str, effect: bool) -> DeliveryError:
    """A call that ended without an answer, by the one question: did bytes leave?"""
    cause = type(error).__name__
    invalid = isinstance(error, (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, ValueError))
    if invalid and not isinstance(error, OSError):
        return Rejected(
            Words(f"{what}：接口地址无效", f"{what}: the API address is invalid"),
            platform_code=cause,
            field="base_url",
            remedy=Words("改正账号的接口地址", "correct the account's base_url"),
        )
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
        return NotSent(
            Words(f"{what}：连不上平台，未发出", f"{what}: no connection, nothing was sent"),
            platform_code=cause,
            remedy=Words(
                "检查网络与接口地址；将自动重试", "check network and base_url; it is retried"
            ),
        )
    kind = Unknown if effect else Busy
    return kind(
        Words(f"{what}：没有等到明确的回答", f"{what}: no decisive answer came"),
        platform_code=cause,
        remedy=_NEXT[kind],
    )
