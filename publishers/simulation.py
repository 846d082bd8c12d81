"""What the channels' simulators share: faults on demand and a list of what the platform shows.

A simulator is written from the platform's documents, not from our client: it refuses what the
platform refuses and never helps. Production code imports neither this module nor a simulator.
"""

from __future__ import annotations

import asyncio
import contextlib
import fnmatch
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from aiohttp import ClientError, ClientSession, StreamReader, web

from hub.kernel.clock import Clock

__all__ = ["Enrolment", "Fault", "Faults", "Platform", "Shown", "broken"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Fault(StrEnum):
    """What a network or a platform does to one call."""

    RESET_BEFORE = "reset-before"  # the connection dies, nothing was done
    COMMIT_THEN_RESET = "commit-then-reset"  # done, and the answer is lost
    COMMIT_THEN_500 = "commit-then-500"  # done, and a JSON-less 500
    COMMIT_THEN_HTML = "commit-then-html"  # done, and a proxy's 502 page
    ERROR_500 = "error-500"  # not done
    HTML = "html"  # not done, a proxy's page with status 200
    INVALID_UTF8 = "invalid-utf8"  # done, the answer is no UTF-8
    HUGE = "huge"  # done, a 200 MB answer
    SLOW = "slow"  # done after `delay` seconds
    SLOW_THEN_COMMIT = "slow-then-commit"  # done even though the caller has gone
    HANG = "hang"  # not done, never answers
    REDIRECT = "redirect"  # 302 to another host, not done
    LIMITED = "limited"  # one call too many, in the platform's own words; not done


_AFTER = {Fault.COMMIT_THEN_RESET, Fault.COMMIT_THEN_500, Fault.COMMIT_THEN_HTML}
_AFTER |= {Fault.INVALID_UTF8, Fault.HUGE}
_PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


@dataclass(slots=True)
class _Armed:
    fault: Fault
    path: str
    times: int
    skip: int
    delay: float


class Faults:
    """Faults waiting for the next matching calls. Paths are shell patterns (`*/statuses/*`)."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []

    @property
    def left(self) -> int:
        """How many calls are still to be spoilt."""
        return sum(armed.times for armed in self._armed)

    def arm(
        self, fault: Fault, path: str = "*", *, times: int = 1, skip: int = 0, delay: float = 1.0
    ) -> None:
        """Let `skip` matching calls pass, then spoil `times` of them."""
        self._armed.append(_Armed(fault, path, times, skip, delay))

    def clear(self) -> None:
        self._armed.clear()

    def take(self, path: str) -> _Armed | None:
        for armed in self._armed:
            if armed.times > 0 and fnmatch.fnmatch(path, armed.path):
                if armed.skip > 0:
                    armed.skip -= 1
                    continue
                armed.times -= 1
                return armed
        return None

    async def apply(
        self, request: web.Request, handler: Handler, over_limit: Callable[[], web.Response]
    ) -> web.StreamResponse:
        """Answer `request` through `handler`, spoiled if a fault is armed for its path;
        `over_limit` is the platform's answer to one call too many."""
        armed = self.take(request.path)
        if armed is None:
            return await handler(request)
        if armed.fault is Fault.LIMITED:
            await request.read()
            return over_limit()
        if armed.fault in _AFTER:
            await handler(request)
            return await _spoil_after(request, armed.fault)
        return await _spoil_before(request, handler, armed)


async def _spoil_before(
    request: web.Request, handler: Handler, armed: _Armed
) -> web.StreamResponse:
    await _take_body(request)
    match armed.fault:
        case Fault.SLOW:
            await asyncio.sleep(armed.delay)
            return await handler(request)
        case Fault.SLOW_THEN_COMMIT:
            done = asyncio.ensure_future(_later(handler, request, armed.delay))
            return await asyncio.shield(done)
        case Fault.HANG:
            await asyncio.sleep(3600)
        case Fault.ERROR_500:
            return web.Response(status=500, text="Internal Server Error")
        case Fault.HTML:
            return web.Response(text=_PAGE, content_type="text/html")
        case Fault.REDIRECT:
            return web.Response(status=302, headers={"Location": "https://elsewhere.invalid/"})
    return _reset(request)


class _KeptBody(StreamReader):
    """A body that is here already: the end of its connection takes nothing away."""

    def set_exception(self, *cause: object) -> None:
        pass


async def _take_body(request: web.Request) -> None:
    """Read the body now, so that a handler can have it after the caller has gone.

    aiohttp's own `post` reads the stream, also when the body was read before, so the stream is
    replaced by one that starts again.
    """
    body = await request.read()
    again = _KeptBody(request.protocol, len(body) + 1, loop=asyncio.get_running_loop())
    again.feed_data(body)
    again.feed_eof()
    request._payload = again


async def _later(handler: Handler, request: web.Request, delay: float) -> web.StreamResponse:
    await asyncio.sleep(delay)
    return await handler(request)


async def _spoil_after(request: web.Request, fault: Fault) -> web.StreamResponse:
    match fault:
        case Fault.COMMIT_THEN_500:
            return web.Response(status=500, text="Internal Server Error")
        case Fault.COMMIT_THEN_HTML:
            return web.Response(status=502, text=_PAGE, content_type="text/html")
        case Fault.INVALID_UTF8:
            return web.Response(body=b'{"ok":true,"x":"\xff\xfe"}', content_type="application/json")
        case Fault.HUGE:
            return await _flood(request)
    return _reset(request)


def _reset(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _flood(request: web.Request, megabytes: int = 200) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    block = b" " * (1024 * 1024)
    with contextlib.suppress(ConnectionError):  # a caller that does not want it all goes away
        for _ in range(megabytes):
            await response.write(block)
    return response


async def broken(session: ClientSession, url: str, seconds: float, **call: Any) -> None:
    """Deliver a callback over a connection that breaks after so many seconds: what comes back on
    it, if anything, is lost on the way."""
    with contextlib.suppress(TimeoutError, ClientError, OSError):
        async with asyncio.timeout(seconds), session.post(url, **call) as response:
            await response.read()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One post as the simulated platform shows it to the public."""

    account: str
    remote_id: str
    title: str
    text: str
    at: datetime
    link: str = ""
    pictures: int = 0
    state: str = "public"
    readers: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.isoformat()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What a body gets when it opens an account on the simulated platform."""

    handle: str
    credentials: Mapping[str, str]
    settings: Mapping[str, Any] = field(default_factory=dict)


class Platform(ABC):
    """One simulated platform; `publishers/<channel>/simulator.py` has a subclass `Platform`.

    All state is in memory. `clock` is the platform's clock, so a test can let a day pass.
    `over_http` says whether the channel reaches it through `publishers.wire`.

    A platform that is no web service listens by itself beside its application, as long as that
    runs: see `listening`. `host` is where, `address` what an account's base_url is then; a web
    service's address is where its application is served, and `address` stays empty.
    """

    name: str
    over_http = True
    host = "127.0.0.1"
    address = ""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.faults = Faults()

    @abstractmethod
    def routes(self) -> list[web.RouteDef]:
        """The platform's API, relative to the account's base URL."""

    @abstractmethod
    def enrol(self, handle: str) -> Enrolment:
        """Open the account `handle` on the platform (a second time: the same account)."""

    @abstractmethod
    def shown(self) -> list[Shown]:
        """Every post the platform holds, oldest first, also those no longer public."""

    def over_limit(self) -> web.Response:
        """The documented answer to one call too many; HTTP's own (RFC 6585) unless said."""
        return web.Response(status=429, headers={"Retry-After": "1"})

    def end_tokens(self) -> None:
        """The time of every token given out so far is over, where tokens have one."""
        raise NotImplementedError(self.name)

    def listening(self) -> AbstractAsyncContextManager[str]:
        """Listens on a free port of `host` with a protocol of its own; gives the address."""
        return contextlib.nullcontext("")

    def base_url(self, served_at: str) -> str:
        """What an account's base_url is while the application is served at `served_at`."""
        return self.address or served_at

    def receive(self, remote_id: str, *, likes: int, comments: int, shares: int) -> None:
        """Readers like, comment on and share a post; only where the platform counts them, and
        then `Shown.readers` has the figures by these names."""
        raise NotImplementedError(self.name)

    def tune(self, settings: Mapping[str, Any]) -> None:
        """Change a switch of this platform (a quota, a delay, a mode); unknown ones raise."""
        for name, value in settings.items():
            if not hasattr(self, name):
                raise KeyError(f"{self.name} has no switch {name!r}")
            setattr(self, name, value)

    def application(self) -> web.Application:
        """The platform as an aiohttp application, its faults in front."""

        @web.middleware
        async def spoil(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self.faults.apply(request, handler, self.over_limit)

        async def listen(_: web.Application) -> AsyncIterator[None]:
            async with self.listening() as self.address:
                yield
            self.address = ""

        application = web.Application(middlewares=[spoil], client_max_size=64 * 1024 * 1024)
        application.cleanup_ctx.append(listen)
        application.add_routes(self.routes())
        return application
