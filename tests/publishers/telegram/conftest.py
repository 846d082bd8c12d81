"""A simulated Telegram on a port, an outlet that reaches it, and jobs to give it."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import aiohttp
import pytest
from PIL import Image

from hub.kernel.clock import ManualClock
from hub.publishing.models import MediaRef, Part
from hub.publishing.ports import Access
from publishers.simulation import Enrolment
from publishers.telegram.publisher import TelegramOutlet
from publishers.telegram.simulator import Platform
from publishers.wire import Wire
from tests.publishers.doubles import MemoryJob, MemoryMedia, serve


class Pictures(MemoryMedia):
    def draw(self, width: int = 40, height: int = 30, colour: str = "red") -> MediaRef:
        stream = io.BytesIO()
        Image.new("RGB", (width, height), colour).save(stream, "PNG")
        return self.add(stream.getvalue())


@pytest.fixture
def pictures() -> Pictures:
    return Pictures()


@pytest.fixture
def platform(clock: ManualClock) -> Platform:
    return Platform(clock)


@pytest.fixture
async def base_url(platform: Platform) -> AsyncIterator[str]:
    async with serve(platform) as url:
        yield url


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
def job(base_url: str, enrolled: Enrolment, pictures: Pictures) -> Callable[..., MemoryJob]:
    def make(
        text: str = "关于<b>放假</b>的通知",
        *media: MediaRef,
        to: Enrolment = enrolled,
        settings: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> MemoryJob:
        access = Access(
            account_id="account-1",
            handle=to.handle,
            base_url=base_url,
            credentials=to.credentials,
            settings=settings or {},
        )
        values = {"key": "0123456789abcdef" * 2, "started_at": None} | more
        return MemoryJob(access=access, part=Part(text=text, media=media), media=pictures, **values)

    return make
