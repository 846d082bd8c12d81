"""Answers as they come: one stream of server-sent events for each open page.

Source: html.spec.whatwg.org/multipage/server-sent-events.html. An event's id is the answer's, so a
browser that connects again says how far it is; it is sent a little more than it missed, and drops
what it has. A comment now and then keeps proxies from closing the stream, and shows when nobody
reads it any more.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from aiohttp import web

from hub.conversation.webchat.models import Told
from hub.kernel.errors import GongkaiError, Words
from hub.kernel.ids import made_at
from web.portal.answers import HEADERS
from web.portal.chat.bubbles import bubble_of
from web.portal.chat.door import ChatDoor
from web.portal.chat.visitors import Foreign, network_of, word_of
from web.portal.desk import Desk
from web.portal.manner import Manner
from web.portal.templating import rendered
from web.statuses import status_of

__all__ = ["Streams", "TooManyStreams"]

_HEARTBEAT_S = 15.0
_RETRY_MS = 3_000
_RETRY_AFTER_S = 15
_LONGEST_BACK = timedelta(days=1)
_STREAM = {
    **HEADERS,
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would hold events back
}


class TooManyStreams(GongkaiError):
    code = "too-many-streams"


class Streams:
    def __init__(self, desk: Desk, door: ChatDoor) -> None:
        self._desk = desk
        self._door = door
        self._open: Counter[str] = Counter()

    async def open(self, request: web.Request, manner: Manner) -> web.StreamResponse:
        """The stream of who asks, until they leave or the server stops. What cannot be opened is
        refused in words: the page then asks again by itself, later."""
        try:
            account_id, word = self._door.account(), word_of(request, self._door.limits)
            if not word:
                raise Foreign
            with self._place(network_of(request, self._door.limits)):
                return await self._run(request, manner, account_id, word)
        except TooManyStreams as error:
            held = {**HEADERS, "Cache-Control": "no-store", "Retry-After": str(_RETRY_AFTER_S)}
            told = getattr(error.words, manner.language)
            return web.Response(status=429, text=told, headers=held)
        except Foreign as error:
            told = getattr(error.words, manner.language)
            return web.Response(status=status_of(error), text=told, headers=HEADERS)

    @contextmanager
    def _place(self, network: str) -> Iterator[None]:
        """One of the open streams, in all and of one address."""
        limits = self._door.limits
        if (
            self._open.total() >= limits.streams
            or self._open[network] >= limits.streams_per_address
        ):
            raise TooManyStreams(Words("打开的页面过多", "Too many pages are open"))
        self._open[network] += 1
        try:
            yield
        finally:
            self._open[network] -= 1
            if not self._open[network]:
                del self._open[network]

    async def _run(
        self, request: web.Request, manner: Manner, account_id: str, word: str
    ) -> web.StreamResponse:
        pages = self._door.pages
        reached, sent = self._begin(request), set[str]()
        response = web.StreamResponse(headers=_STREAM)
        with pages.waiting.open((account_id, pages.sender(account_id, word))) as change:
            await response.prepare(request)
            try:
                await response.write(f"retry: {_RETRY_MS}\n\n".encode())
                while not pages.waiting.closed:
                    change.clear()
                    for told in await pages.told_since(account_id, word, reached):
                        if told.id not in sent:
                            await response.write(self._event(told, manner))
                            sent.add(told.id)
                            reached = max(reached, told.told_at)
                    if not await _changed(change):
                        await response.write(b": still here\n\n")
            except (ConnectionError, GongkaiError):
                pass  # whoever left comes back, and says how far they were
        return response

    def _begin(self, request: web.Request) -> datetime:
        """From when on: the last answer that the browser has, else the last line of the page."""
        now = self._door.clock.now()
        named = request.headers.get("Last-Event-ID") or request.query.get("after", "")
        found = made_at(named) or now
        return min(max(found, now - _LONGEST_BACK), now)

    def _event(self, told: Told, manner: Manner) -> bytes:
        line = bubble_of(told, manner, self._desk.site.url)
        text = rendered("chat-line.html", manner, {"line": line, "site": self._desk.site})
        data = "".join(f"data: {row}\n" for row in text.splitlines())
        return f"id: {told.id}\nevent: answer\n{data}\n".encode()


async def _changed(change: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(_HEARTBEAT_S):
            await change.wait()
    except TimeoutError:
        return False
    return True
