"""A platform that costs next to nothing: answers every POST after a fixed time, in own process.

Hand-made HTTP/1.1 over asyncio protocols, so that on two cores the client is what is measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection

import uvloop

__all__ = ["stub_platform"]

_BODY = b'{"ok":true,"id":"1"}'
_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
    + str(len(_BODY)).encode()
    + b"\r\n\r\n"
    + _BODY
)
# Of each post the start is kept: `{"account":"account-123","text":"…` tells whose it was and what.
_KEPT = 96


class _Answering(asyncio.Protocol):
    """One keep-alive connection, one request at a time."""

    def __init__(self, delay: float, arrivals: list[tuple[float, bytes]]) -> None:
        self._delay = delay
        self._arrivals = arrivals
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        if b"/arrivals" in head[:40]:
            self._report()
            return
        if head.startswith(b"GET /count"):
            self._count()
            return
        if head.startswith(b"GET /has/"):
            self._tell(head[9:].split(b" ")[0].decode())
            return
        size = 0
        for line in head.split(b"\r\n")[1:]:
            if line[:15].lower() == b"content-length:":
                size = int(line[15:])
        if len(rest) >= size:
            self._buffer = rest[size:]
            self._arrivals.append((time.time(), rest[:_KEPT]))
            self._loop.call_later(self._delay, self._answer)

    def _answer(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(_ANSWER)  # type: ignore[attr-defined]

    def _tell(self, account: str) -> None:
        """Whether a post of this account arrived; asked one at a time, so a walk is enough."""
        there = any(_value(start, "account") == account for _, start in self._arrivals)
        self._say(json.dumps({"has": there}).encode())

    def _count(self) -> None:
        """How often each account was posted to; forgets nothing."""
        accounts = Counter(_value(start, "account") for _, start in self._arrivals)
        self._say(json.dumps(accounts).encode())

    def _report(self) -> None:
        named = [
            (at, _value(start, "account"), _value(start, "text")) for at, start in self._arrivals
        ]
        body = json.dumps(named).encode()
        self._arrivals.clear()
        self._say(body)

    def _say(self, body: bytes) -> None:
        self._buffer = b""
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        self._transport.write(head + body)  # type: ignore[attr-defined]


def _value(start: bytes, name: str) -> str:
    """The beginning of a text in the start of a JSON object; empty when it is not in there."""
    _, _, rest = start.partition(f'"{name}":'.encode())
    return rest.lstrip(b' "').split(b'"')[0].decode(errors="ignore")


def _serve(delay: float, pipe: Connection) -> None:
    async def main() -> None:
        arrivals: list[tuple[float, bytes]] = []
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: _Answering(delay, arrivals), "127.0.0.1", 0, backlog=1024
        )
        pipe.send(server.sockets[0].getsockname()[1])
        await asyncio.Event().wait()

    uvloop.run(main())


@contextlib.contextmanager
def stub_platform(delay: float = 0.02) -> Iterator[str]:
    """The base URL of a running stub; GET /arrivals gives and forgets the posts that arrived, as
    [wall-clock seconds, account, the text's beginning]."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(delay, theirs), daemon=True
    )
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.kill()
        process.join()
