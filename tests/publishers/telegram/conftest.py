"""A simulated Telegram on a port, an outlet that reaches it, and jobs to give it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from PIL import Image

from hub.kernel.clock import ManualClock
from hub.kernel.errors import NotFound, Words
from hub.publishing.models import MediaRef, Part
from hub.publishing.ports import Access
from publishers.simulation import Enrolment
from publishers.telegram.publisher import TelegramOutlet
from publishers.telegram.simulator import Platform
from publishers.wire import Wire


class Pictures:
    def __init__(self) -> None:
        self._stored: dict[str, bytes] = {}

    def add(self, content: bytes, width: int, height: int) -> MediaRef:
        digest = hashlib.sha256(content).hexdigest()
        self._stored[digest] = content
        return MediaRef(
            sha256=digest, media_type="image/png", size=len(content), width=width, height=height
        )

    def draw(self, width: int = 40, height: int = 30, colour: str = "red") -> MediaRef:
        stream = io.BytesIO()
        Image.new("RGB", (width, height), colour).save(stream, "PNG")
        return self.add(stream.getvalue(), width, height)

    async def read(self, sha256: str) -> bytes:
        if sha256 not in self._stored:
            raise NotFound(Words("没有", "none"))
        return self._stored[sha256]


@dataclass(kw_only=True)
class FakeJob:
    access: Access
    part: Part
    media: Pictures
    delivery_id: str = "delivery-1"
    key: str = "0123456789abcdef0123456789abcdef"
    progress: Mapping[str, Any] = field(default_factory=dict)
    remote_id: str = ""
    started_at: datetime | None = None

    async def checkpoint(self, progress: Mapping[str, Any]) -> None:
        self.progress = dict(progress)


@pytest.fixture
def pictures() -> Pictures:
    return Pictures()


@pytest.fixture
def platform(clock: ManualClock) -> Platform:
    return Platform(clock)


@pytest.fixture
async def base_url(platform: Platform) -> AsyncIterator[str]:
    runner = web.AppRunner(platform.application(), handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def outlet(
    session: aiohttp.ClientSession, clock: ManualClock
) -> AsyncIterator[TelegramOutlet]:
    opened = TelegramOutlet(Wire(session), clock)
    yield opened
    await opened.close()


@pytest.fixture
def enrolled(platform: Platform) -> Enrolment:
    return platform.enrol("@gongkai_demo")


@pytest.fixture
def job(base_url: str, enrolled: Enrolment, pictures: Pictures) -> Callable[..., FakeJob]:
    def make(
        text: str = "关于<b>放假</b>的通知",
        *media: MediaRef,
        to: Enrolment = enrolled,
        settings: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> FakeJob:
        access = Access(
            account_id="account-1",
            handle=to.handle,
            base_url=base_url,
            credentials=to.credentials,
            settings=settings or {},
        )
        return FakeJob(access=access, part=Part(text=text, media=media), media=pictures, **more)

    return make
