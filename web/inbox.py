"""Where platforms call back: the bytes are checked at the door and read once, then acted on.

    GET  /inbox/{channel}/{account}  the platform makes sure that the address is ours
    POST /inbox/{channel}/{account}  what became of a post, or what a citizen sent

What a callback says about a post is a hint that makes us ask the platform at once: a forged or
repeated one costs one question and changes nothing by itself. What a citizen sent is kept before
it is answered; that we answer "received" means that it is durable.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Protocol

import structlog
from aiohttp import web

from hub.conversation.models import Answer, Arrival
from hub.kernel.clock import Clock
from hub.kernel.errors import Forbidden, GongkaiError, InvalidInput, NotFound
from hub.kernel.patience import Patience

__all__ = ["Door", "Said", "Takes", "Told", "inbox_routes"]

_log = structlog.get_logger(__name__)
# WeChat gives up after five seconds and calls again (developers.weixin.qq.com, 被动回复用户消息)
_TIMEOUT_S = 4.5
# the largest callback that is documented anywhere is a few kilobytes
_LARGEST = 256 * 1024
_STATUS: tuple[tuple[type[GongkaiError], int], ...] = (
    (Forbidden, 403),
    (NotFound, 404),
    (InvalidInput, 400),
)


class Told(Protocol):
    """What was understood: `remote_id` is the post's id on the platform while it was pending."""

    @property
    def remote_id(self) -> str: ...


class Said(Protocol):
    """What the platform gets to read."""

    @property
    def body(self) -> bytes: ...

    @property
    def content_type(self) -> str: ...


class Door(Protocol):
    """One account's side of a callback; raises Forbidden or InvalidInput for what is not it."""

    @property
    def patience(self) -> float: ...

    def handshake(self, query: Mapping[str, str]) -> bytes: ...

    def parse(
        self,
        query: Mapping[str, str],
        body: bytes,
        now: datetime,
        headers: Mapping[str, str],
    ) -> Told | Arrival | None: ...

    def respond(self, arrival: Arrival | None, answer: Answer | None, now: datetime) -> Said: ...


class Takes(Protocol):
    """Keeps a citizen's message and has it answered: `hub.conversation.service.Conversations`."""

    async def take(
        self, channel: str, account_id: str, arrival: Arrival, *, within: float
    ) -> Answer | None: ...


def inbox_routes(
    open_door: Callable[[str, str], Awaitable[Door]],
    ask_about: Callable[[str, str], Awaitable[None]],
    conversations: Takes,
    clock: Clock,
) -> list[web.AbstractRouteDef]:
    """`open_door(channel, account_id)` raises NotFound where none is; `ask_about(account_id,
    remote_id)` has the platform asked about a post soon."""

    async def shake(request: web.Request) -> web.Response:
        door = await open_door(*_address(request))
        return _plain(door.handshake(request.query))

    async def receive(request: web.Request) -> web.Response:
        body = await _read(request)
        channel, account_id = _address(request)
        door = await open_door(channel, account_id)
        told = door.parse(request.query, body, clock.now(), request.headers)
        if isinstance(told, Arrival):
            answer = await conversations.take(channel, account_id, told, within=door.patience)
            said = door.respond(told, answer, clock.now())
            return web.Response(body=said.body, content_type=said.content_type)
        if told is not None:
            await ask_about(account_id, told.remote_id)
            _log.info("inbox.told", channel=channel, account=account_id, post=told.remote_id)
        said = door.respond(None, None, clock.now())
        return web.Response(body=said.body, content_type=said.content_type)

    path, patience = "/inbox/{channel}/{account}", Patience(_TIMEOUT_S)
    return [
        web.get(path, _answering(shake, patience), allow_head=False),
        web.post(path, _answering(receive, patience)),
    ]


async def _read(request: web.Request) -> bytes:
    """The body; what says that it is larger than any callback is refused unread."""
    size = request.content_length
    if size is not None and size > _LARGEST:
        raise web.HTTPRequestEntityTooLarge(max_size=_LARGEST, actual_size=size)
    body = await request.read()
    if len(body) > _LARGEST:
        raise web.HTTPRequestEntityTooLarge(max_size=_LARGEST, actual_size=len(body))
    return body


def _plain(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="text/plain")


def _address(request: web.Request) -> tuple[str, str]:
    return request.match_info["channel"], request.match_info["account"]


def _answering(
    work: Callable[[web.Request], Awaitable[web.Response]], patience: Patience
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Answer in time, and with a status that makes the platform call again only where it helps."""

    async def handler(request: web.Request) -> web.Response:
        try:
            with patience.limit():
                return await work(request)
        except TimeoutError:
            return web.Response(status=503)
        except GongkaiError as error:
            status = next((code for kind, code in _STATUS if isinstance(error, kind)), 503)
            _log.warning("inbox.refused", path=request.path, status=status, code=error.code)
            return web.Response(status=status)

    return handler
