"""Where platforms call back: the bytes are checked at the door and read once, then we ask.

    GET  /inbox/{channel}/{account}  the platform makes sure that the address is ours
    POST /inbox/{channel}/{account}  the platform says what became of a post

What a callback says is a hint that makes us ask the platform at once: a forged or repeated one
costs one question and changes nothing by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Protocol

import structlog
from aiohttp import web

from hub.kernel.clock import Clock
from hub.kernel.errors import Forbidden, GongkaiError, InvalidInput, NotFound

__all__ = ["Door", "Told", "inbox_routes"]

_log = structlog.get_logger(__name__)
# WeChat gives up after five seconds and calls again (developers.weixin.qq.com, 被动回复用户消息)
_TIMEOUT_S = 4.5
# the one answer that WeChat takes for "received"; others look at the status only
_RECEIVED = b"success"
_STATUS: tuple[tuple[type[GongkaiError], int], ...] = (
    (Forbidden, 403),
    (NotFound, 404),
    (InvalidInput, 400),
)


class Told(Protocol):
    """What was understood: `remote_id` is the post's id on the platform while it was pending."""

    @property
    def remote_id(self) -> str: ...


class Door(Protocol):
    """One account's side of a callback; raises Forbidden or InvalidInput for what is not it."""

    def handshake(self, query: Mapping[str, str]) -> bytes: ...

    def parse(self, query: Mapping[str, str], body: bytes, now: datetime) -> Told | None: ...


def inbox_routes(
    open_door: Callable[[str, str], Awaitable[Door]],
    ask_about: Callable[[str, str], Awaitable[None]],
    clock: Clock,
) -> list[web.AbstractRouteDef]:
    """`open_door(channel, account_id)` raises NotFound where none is; `ask_about(account_id,
    remote_id)` has the platform asked about a post soon."""

    async def shake(request: web.Request) -> bytes:
        door = await open_door(*_address(request))
        return door.handshake(request.query)

    async def receive(request: web.Request) -> bytes:
        body = await request.read()
        channel, account_id = _address(request)
        door = await open_door(channel, account_id)
        told = door.parse(request.query, body, clock.now())
        if told is not None:
            await ask_about(account_id, told.remote_id)
            _log.info("inbox.told", channel=channel, account=account_id, post=told.remote_id)
        return _RECEIVED

    path = "/inbox/{channel}/{account}"
    return [
        web.get(path, _answering(shake), allow_head=False),
        web.post(path, _answering(receive)),
    ]


def _address(request: web.Request) -> tuple[str, str]:
    return request.match_info["channel"], request.match_info["account"]


def _answering(
    work: Callable[[web.Request], Awaitable[bytes]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Answer in time, and with a status that makes the platform call again only where it helps."""

    async def handler(request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                return web.Response(body=await work(request), content_type="text/plain")
        except TimeoutError:
            return web.Response(status=503)
        except GongkaiError as error:
            status = next((code for kind, code in _STATUS if isinstance(error, kind)), 503)
            _log.warning("inbox.refused", path=request.path, status=status, code=error.code)
            return web.Response(status=status)

    return handler
