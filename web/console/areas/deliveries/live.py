"""Server-sent events that say only that something has changed.

Source: html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from aiohttp import web

from hub.organisations.signin.errors import SignedOut
from web.console.call import Call

__all__ = ["stream"]

_HEARTBEAT_S = 15.0
_REST_S = 2.0  # a page is not told oftener
_RETRY_MS = 5_000
_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would hold events back
}


async def stream(call: Call) -> web.StreamResponse:
    """Open until the reader leaves, their session ends, or the server stops."""
    pulse = call.desk.pulse
    response = web.StreamResponse(headers=_HEADERS)
    with pulse.listening(call.login) as changed:
        await response.prepare(call.request)
        # whoever left is found out at the next word, and needs no more
        with suppress(ConnectionError, SignedOut):
            await response.write(f"retry: {_RETRY_MS}\n\n".encode())
            while not pulse.closed:
                if await _within(changed, _HEARTBEAT_S):
                    changed.clear()
                    await response.write(b"event: changed\ndata: 1\n\n")
                    await _closing(changed, call)
                else:
                    await call.desk.sessions.visitor(call.secret, noted=False)
                    await response.write(b": still here\n\n")
    return response


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


async def _closing(changed: asyncio.Event, call: Call) -> None:
    """Rest, unless it is the end."""
    for _ in range(4):
        if call.desk.pulse.closed:
            return
        await asyncio.sleep(_REST_S / 4)
