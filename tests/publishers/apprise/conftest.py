"""A plain HTTP server that answers as told, and an account on the simulated services."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from hub.kernel.clock import ManualClock
from publishers.registry import find_channel
from tests.publishers.doubles import Stage, open_stage


@dataclass(slots=True)
class Door:
    """An HTTP server: what it was sent, and how it answers."""

    port: int = 0
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    hang: bool = False
    said: list[dict[str, Any]] = field(default_factory=list)

    def url(self, secret: str = "s3cret-word") -> str:
        return f"json://operator:{secret}@127.0.0.1:{self.port}/alerts/{secret}"

    async def answer(self, request: web.Request) -> web.Response:
        self.said.append(json.loads(await request.read()))
        if self.hang:
            await asyncio.sleep(3600)
        return web.Response(status=self.status, headers=self.headers, body=self.body)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    opened = Door()
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", opened.answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    opened.port = runner.addresses[0][1]
    yield opened
    await runner.cleanup()


@pytest.fixture
async def stage(clock: ManualClock) -> AsyncIterator[Stage]:
    async with open_stage(find_channel("apprise"), clock) as opened:
        yield opened


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """Every line that reaches the root logger, at any level."""
    root, handler = logging.getLogger(), _Lines()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler.lines
    root.removeHandler(handler)
    root.setLevel(level)
