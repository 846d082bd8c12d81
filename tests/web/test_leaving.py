"""Who hangs up in the middle of a request leaves no error behind."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from web.leaving import unless_left

_HALF = (
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 100\r\n\r\nabc"
)


@asynccontextmanager
async def served(application: web.Application) -> AsyncIterator[tuple[str, int]]:
    """As a hub serves: aiohttp's own server for tests cancels the handler of who has left."""
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][:2]
    finally:
        await runner.cleanup()


async def test_a_caller_who_leaves_in_the_middle_of_a_form_is_no_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    reading, ended = asyncio.Event(), asyncio.Event()

    async def read(request: web.Request) -> web.Response:
        reading.set()
        try:
            await request.post()
        finally:
            ended.set()
        return web.Response()

    application = web.Application(middlewares=[unless_left])
    application.router.add_post("/", read)
    async with served(application) as (host, port):
        _, writer = await asyncio.open_connection(host, port)
        writer.write(_HALF)
        await asyncio.wait_for(reading.wait(), 60)
        writer.close()
        await asyncio.wait_for(ended.wait(), 60)
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []


async def test_a_connection_of_ours_that_broke_is_one(caplog: pytest.LogCaptureFixture) -> None:
    async def ask(request: web.Request) -> web.Response:
        raise ConnectionResetError("somewhere else")

    application = web.Application(middlewares=[unless_left])
    application.router.add_get("/", ask)
    async with served(application) as (host, port):
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b" 500 " in await asyncio.wait_for(reader.readline(), 60)
        writer.close()
    assert [one for one in caplog.records if one.levelno >= logging.ERROR]
