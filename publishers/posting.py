"""Small posts over aiohttp's connections, without what its session does around each call.

A fan-out is thousands of small POSTs with small answers. Half of such a call's time went to the
session: a task to write the body, a timer entered three times, objects for redirects, retries,
cookies and tracing, none of which a wire uses. Connections, TLS, names, pooling, the form of the
request's head and the parsing of answers stay aiohttp's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import HttpProcessingError, StreamWriter
from multidict import CIMultiDict
from yarl import URL

__all__ = ["Incoming", "Poster", "is_small_post"]

_METHODS = frozenset({"POST", "PUT", "PATCH"})
# What fits a transport's buffer is written at once: nobody waits for the platform to read it.
_LARGEST = 64 * 1024
_SCHEMES = frozenset({"http", "https"})
_INFORMATIONAL = range(100, 200)
_SWITCHING_PROTOCOLS = 101
T = TypeVar("T")


class Incoming(Protocol):
    """An answer whose head has come: a ClientResponse, or what a `Poster` gives."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def content(self) -> aiohttp.StreamReader: ...


@dataclass(slots=True)
class _Begun:
    status: int
    headers: Mapping[str, str]
    content: aiohttp.StreamReader


def is_small_post(method: str, url: URL, body: bytes) -> bool:
    """Whether a `Poster` can make this call; whatever is unusual about it is the session's."""
    unusual = url.scheme not in _SCHEMES or not url.raw_host or url.raw_user or url.raw_password
    return method in _METHODS and len(body) <= _LARGEST and not unusual


class Poster:
    """Posts over the connections of `session` and with its headers, as long as that is open.

    It follows no redirect, makes no call twice, and knows no cookies and no proxy.
    """

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._origins: dict[URL, aiohttp.ClientRequest] = {}

    async def post(
        self,
        method: str,
        url: URL,
        body: bytes,
        content_type: str,
        headers: Mapping[str, str] | None,
        timeout: aiohttp.ClientTimeout,
        read: Callable[[Incoming], Awaitable[T]],
        leave: Callable[[], None],
    ) -> T:
        """Make one call that `is_small_post`; what `read` made of its answer. `headers` go before
        the session's and `content_type`. `leave` may refuse, just before bytes leave.

        As a session does, raises ClientConnectorError or ConnectionTimeoutError before there is a
        connection, and after that TimeoutError or another ClientError.
        """
        connector = self._session.connector
        if connector is None:
            raise RuntimeError("the session is closed")
        origin = self._origin(url)
        async with asyncio.timeout(timeout.total):
            try:
                connection = await connector.connect(origin, [], timeout)
            except TimeoutError as error:
                raise aiohttp.ConnectionTimeoutError(f"no connection to {origin.url}") from error
            try:
                protocol = connection.protocol
                if protocol is None:
                    raise aiohttp.ClientConnectionError("the connection is gone")
                protocol.set_response_params(read_until_eof=True)
                leave()
                # one write for head and body, and no waiting: it fits the buffer
                writer = StreamWriter(protocol, asyncio.get_running_loop())
                head = _head(origin, headers, content_type, len(body))
                await writer.write_headers(f"{method} {url.raw_path_qs} HTTP/1.1", head)
                await writer.write(body, drain=False)
                result = await read(await _answer(protocol, origin))
            except BaseException:
                connection.close()
                raise
            connection.release()  # which closes it where the answer was not read to its end
        return result

    def _origin(self, url: URL) -> aiohttp.ClientRequest:
        """What the connector and every request to this origin need to know, made once."""
        address = url.origin()
        origin = self._origins.get(address)
        if origin is None:
            origin = self._origins[address] = aiohttp.ClientRequest(
                "GET",
                address,
                headers=self._session.headers,
                loop=asyncio.get_running_loop(),
                session=self._session,
            )
        return origin


def _head(
    origin: aiohttp.ClientRequest,
    headers: Mapping[str, str] | None,
    content_type: str,
    length: int,
) -> CIMultiDict[str]:
    head = origin.headers.copy()
    if headers:
        head.update(headers)
    head.setdefault("Content-Type", content_type)
    head["Content-Length"] = str(length)
    return head


async def _answer(protocol: ResponseHandler, origin: aiohttp.ClientRequest) -> _Begun:
    """The answer's head, past what a server may say before it."""
    while True:
        try:
            message, content = await protocol.read()
        except HttpProcessingError as error:
            raise aiohttp.ClientResponseError(
                origin.request_info, (), status=error.code, message=error.message
            ) from error
        if message.code not in _INFORMATIONAL or message.code == _SWITCHING_PROTOCOLS:
            return _Begun(message.code, message.headers, content)
