"""A small post goes out as aiohttp's session would send it, once, and ends as a call ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from hub.publishing.errors import DeliveryError, NotSent, Rejected, Unknown
from publishers.wire import Answer, Wire, open_session

_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Scripted:
    """A server that answers every request with `reply` and keeps what came, whole requests only."""

    def __init__(self, reply: Callable[[asyncio.StreamWriter], None]) -> None:
        self.requests: list[tuple[bytes, bytes]] = []
        self.connections = 0
        self.arrived = asyncio.Event()
        self.serving: list[asyncio.Task[object] | None] = []
        self.reply = reply

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.serving.append(asyncio.current_task())
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                self.requests.append((head, await reader.readexactly(size)))
                self.arrived.set()
                self.reply(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def scripted(reply: bytes) -> AsyncIterator[tuple[Scripted, Wire, str]]:
    platform = Scripted(lambda writer: writer.write(reply))
    server = await asyncio.start_server(platform.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        async with open_session() as session:
            yield platform, Wire(session), f"http://127.0.0.1:{port}"
        await asyncio.gather(*filter(None, platform.serving))


async def post(wire: Wire, url: str, seconds: float = 5.0, **options: object) -> Answer:
    timeout = timedelta(seconds=seconds)
    call = {"what": "a post", "effect": True, "timeout": timeout, "json": {"text": "公告"}}
    return await wire.call("POST", url, **call | options)  # type: ignore[arg-type]


async def test_it_looks_as_the_session_would_send_it() -> None:
    async with scripted(_OK) as (platform, wire, base):
        marked = {"Authorization": "Bearer t", "accept": "application/json"}
        await post(wire, f"{base}/a b", params={"t": "公开"}, headers=marked)
        async with wire.session.request(
            "POST",
            f"{base}/a b",
            params={"t": "公开"},
            headers=marked | {"Content-Type": "application/json; charset=utf-8"},
            data='{"text":"公告"}'.encode(),
        ):
            pass
    (ours, body), (theirs, same_body) = platform.requests
    assert body == same_body
    assert ours.split(b"\r\n")[0] == theirs.split(b"\r\n")[0]
    assert sorted(ours.lower().split(b"\r\n")) == sorted(theirs.lower().split(b"\r\n"))


async def test_its_connection_is_kept_for_the_next() -> None:
    async with scripted(_OK) as (platform, wire, base):
        answers = [await post(wire, base) for _ in range(3)]
    assert [answer.json() for answer in answers] == [{}] * 3
    assert (len(platform.requests), platform.connections) == (3, 1)


async def test_what_a_server_says_beforehand_is_passed_over() -> None:
    async with scripted(b"HTTP/1.1 103 Early Hints\r\n\r\n" + _OK) as (_, wire, base):
        assert (await post(wire, base)).status == 200


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"not HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\nContent-Length: 91\r\n\r\n{}",
    ],
    ids=["silence", "no HTTP", "half a body", "no last chunk", "two lengths"],
)
async def test_without_a_whole_answer_its_fate_is_unknown(reply: bytes) -> None:
    async with scripted(reply) as (platform, wire, base):
        with pytest.raises(Unknown):
            await post(wire, base, seconds=0.2)
        with pytest.raises(Unknown):
            await post(wire, base, seconds=0.2)
    assert (len(platform.requests), platform.connections) == (2, 2)


async def test_a_kept_connection_that_dies_leaves_its_fate_unknown_and_is_not_tried_again() -> None:
    async with scripted(_OK) as (platform, wire, base):
        await post(wire, base)
        platform.reply = lambda writer: writer.transport.abort()
        with pytest.raises(Unknown):
            await post(wire, base)
    assert len(platform.requests) == 2


async def test_an_answer_that_is_too_large_ends_the_connection() -> None:
    large = b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + b" " * 300_000
    async with scripted(large) as (platform, wire, base):
        for _ in range(2):
            with pytest.raises(Unknown, match=r"over 1000 bytes|过大"):
                await post(wire, base, max_bytes=1000)
    assert platform.connections == 2


async def test_nothing_is_sent_without_a_connection() -> None:
    async with scripted(_OK) as (_, _, base):
        pass
    async with open_session() as session:
        with pytest.raises(NotSent):
            await post(Wire(session), base)


@pytest.mark.parametrize(
    ("address", "headers"),
    [("ftp://127.0.0.1/", {}), ("/relative", {}), ("", {"X-Token": "a\r\nX-Other: b"})],
    ids=["no HTTP", "relative", "a line break in a header"],
)
async def test_what_cannot_be_sent_is_refused_before_anything_leaves(
    address: str, headers: dict[str, str]
) -> None:
    async with scripted(_OK) as (platform, wire, base):
        with pytest.raises(DeliveryError) as refusal:
            await post(wire, address or base, headers=headers)
    assert isinstance(refusal.value, Rejected)
    assert platform.requests == []


async def test_who_is_cancelled_leaves_no_connection_to_be_reused() -> None:
    async with scripted(b"") as (platform, wire, base):
        call = asyncio.create_task(post(wire, base))
        await platform.arrived.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        platform.reply = lambda writer: writer.write(_OK)
        assert (await post(wire, base)).status == 200
    assert platform.connections == 2
