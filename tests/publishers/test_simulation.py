"""Faults do to a simulated platform what a network does to a real one."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp
import pytest
from aiohttp import web

from hub.kernel.clock import Clock, ManualClock
from publishers.simulation import Enrolment, Fault, Platform, Shown
from tests.publishers.doubles import serve


class Board(Platform):
    """A platform that keeps what is posted to it."""

    name = "board"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.kept: list[dict[str, str]] = []
        self.limit = 1

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/post", self._keep)]

    async def _keep(self, request: web.Request) -> web.Response:
        form = await request.post()
        values = {
            name: value.filename if isinstance(value, web.FileField) else str(value)
            for name, value in form.items()
        }
        self.kept.append(values)
        return web.json_response({"ok": True})

    def enrol(self, handle: str) -> Enrolment:
        return Enrolment(handle=handle, credentials={})

    def shown(self) -> list[Shown]:
        return []


@pytest.fixture
async def board(clock: ManualClock) -> AsyncIterator[tuple[Board, str]]:
    platform = Board(clock)
    async with serve(platform) as url:
        yield platform, f"{url}/post"


async def send(url: str, patience_s: float = 5.0) -> int:
    """Post a picture as a form; the HTTP status, or 0 where no answer came."""
    form = aiohttp.FormData({"text": "通知"})
    form.add_field("picture", io.BytesIO(b"content"), filename="a.png", content_type="image/png")
    limit = aiohttp.ClientTimeout(total=patience_s)
    with suppress(aiohttp.ClientError, TimeoutError):
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.post(url, data=form, allow_redirects=False) as answer,
        ):
            return answer.status
    return 0


KEPT = {"text": "通知", "picture": "a.png"}


@pytest.mark.parametrize(
    ("fault", "status", "kept"),
    [
        (Fault.RESET_BEFORE, 0, 0),
        (Fault.ERROR_500, 500, 0),
        (Fault.HTML, 200, 0),
        (Fault.REDIRECT, 302, 0),
        (Fault.COMMIT_THEN_RESET, 0, 1),
        (Fault.COMMIT_THEN_500, 500, 1),
        (Fault.COMMIT_THEN_HTML, 502, 1),
        (Fault.INVALID_UTF8, 200, 1),
        (Fault.SLOW, 200, 1),
    ],
)
async def test_a_fault_does_what_it_says(
    board: tuple[Board, str], fault: Fault, status: int, kept: int
) -> None:
    platform, url = board
    platform.faults.arm(fault, delay=0.01)
    assert (await send(url), platform.kept) == (status, [KEPT] * kept)
    assert await send(url) == 200  # and only once


async def test_a_slow_platform_keeps_the_post_of_a_caller_who_has_gone(
    board: tuple[Board, str],
) -> None:
    platform, url = board
    platform.faults.arm(Fault.SLOW_THEN_COMMIT, delay=0.2)
    assert await send(url, patience_s=0.05) == 0
    assert platform.kept == []
    await asyncio.sleep(0.3)
    assert platform.kept == [KEPT]


async def test_a_hanging_platform_keeps_nothing(board: tuple[Board, str]) -> None:
    platform, url = board
    platform.faults.arm(Fault.HANG)
    assert (await send(url, patience_s=0.05), platform.kept) == (0, [])


async def test_a_fault_waits_for_its_path_and_its_turn(board: tuple[Board, str]) -> None:
    platform, url = board
    platform.faults.arm(Fault.ERROR_500, "/elsewhere")
    platform.faults.arm(Fault.ERROR_500, "/po*", skip=1, times=2)
    assert [await send(url) for _ in range(4)] == [200, 500, 500, 200]
    platform.faults.arm(Fault.ERROR_500)
    platform.faults.clear()
    assert await send(url) == 200


def test_a_switch_is_turned_and_an_unknown_one_refused(clock: ManualClock) -> None:
    platform = Board(clock)
    platform.tune({"limit": 2})
    assert platform.limit == 2
    with pytest.raises(KeyError):
        platform.tune({"limits": 2})


class Telegraph(Board):
    """A platform with a protocol of its own: it says its name to whoever connects."""

    name = "telegraph"

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"telegraph\n")
            writer.close()

        server = await asyncio.start_server(greet, self.host, 0)
        async with server:
            yield f"morse://{self.host}:{server.sockets[0].getsockname()[1]}"


async def test_a_platform_may_listen_with_a_protocol_of_its_own(clock: ManualClock) -> None:
    platform = Telegraph(clock)
    async with serve(platform) as url:
        assert url.startswith("morse://127.0.0.1:")
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        assert await reader.read() == b"telegraph\n"
        writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    assert platform.base_url("http://elsewhere") == "http://elsewhere"


async def test_a_web_platform_is_where_it_is_served(board: tuple[Board, str]) -> None:
    platform, url = board
    assert platform.base_url(url) == url
