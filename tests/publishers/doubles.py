"""What the publishers' tests share: media and jobs in memory, and a channel on its simulator."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import io
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from aiohttp import web
from PIL import Image

from hub.kernel.clock import ManualClock
from hub.kernel.errors import NotFound, Words
from hub.publishing.errors import LeaseLost
from hub.publishing.models import MediaRef, MediaRole, Part
from hub.publishing.ports import Access, Outlet
from publishers.contract import Channel
from publishers.deferred import Deferred
from publishers.simulation import Platform, Shown
from publishers.wire import Wire, open_session

__all__ = ["MemoryJob", "MemoryMedia", "Stage", "open_stage", "picture", "serve", "simulator_of"]

_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}


class MemoryMedia:
    """hub.publishing.ports.MediaSource over a dictionary."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}

    def add(
        self,
        content: bytes,
        media_type: str = "image/png",
        *,
        side: int = 8,
        role: MediaRole = MediaRole.IMAGE,
    ) -> MediaRef:
        sha256 = hashlib.sha256(content).hexdigest()
        self._contents[sha256] = content
        return MediaRef(
            sha256=sha256,
            media_type=media_type,
            size=len(content),
            width=side,
            height=side,
            role=role,
            alt="测试图片",
        )

    async def read(self, sha256: str) -> bytes:
        try:
            return self._contents[sha256]
        except KeyError:
            raise NotFound(Words("没有这张图片", "no such picture"), field="media") from None


@dataclass(slots=True, kw_only=True)
class MemoryJob:
    """hub.publishing.ports.Job that keeps its progress; `lost` lets the next checkpoint fail."""

    key: str
    access: Access
    part: Part
    media: MemoryMedia
    started_at: datetime | None
    remote_id: str = ""
    previous_id: str = ""
    progress: Mapping[str, Any] = field(default_factory=dict)
    lost: bool = False

    @property
    def delivery_id(self) -> str:
        return self.key

    async def checkpoint(self, progress: Mapping[str, Any]) -> None:
        if self.lost:
            raise LeaseLost(Words("租约已失", "the lease is lost"))
        self.progress = dict(progress)


def picture(media_type: str = "image/png", side: int = 8, colour: str = "red") -> bytes:
    """A small real picture of that type, `side` pixels square."""
    content = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(content, _FORMATS[media_type])
    return content.getvalue()


def simulator_of(channel: Channel) -> type[Platform]:
    """The channel's own simulator, found by its place."""
    module = importlib.import_module(f"publishers.{channel.name}.simulator")
    found: type[Platform] = module.Platform
    assert issubclass(found, Platform), f"{module.__name__}.Platform is no simulated platform"
    return found


@contextlib.asynccontextmanager
async def serve(platform: Platform) -> AsyncIterator[str]:
    """`platform` on a local port; gives the base URL of its accounts."""
    runner = web.AppRunner(platform.application(), shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        host, port = runner.addresses[0][:2]
        yield platform.base_url(f"http://{host}:{port}")
    finally:
        await runner.cleanup()


@dataclass(slots=True, kw_only=True)
class Stage:
    """One account of one channel before its simulated platform, on a clock that is told."""

    channel: Channel
    platform: Platform
    outlet: Outlet
    access: Access
    clock: ManualClock
    media: MemoryMedia = field(default_factory=MemoryMedia)

    def job(self, part: Part, name: str = "first", remote_id: str = "") -> MemoryJob:
        """The delivery called `name`, started now; equal names are the same delivery."""
        return MemoryJob(
            key=hashlib.sha256(name.encode()).hexdigest()[:32],
            access=self.access,
            part=part,
            media=self.media,
            started_at=self.clock.now(),
            remote_id=remote_id,
        )

    def with_settings(self, **settings: Any) -> None:
        self.access = replace(self.access, settings={**self.access.settings, **settings})

    def public(self) -> list[Shown]:
        """What the public sees now."""
        return [shown for shown in self.platform.shown() if shown.state == "public"]


@contextlib.asynccontextmanager
async def open_stage(channel: Channel, clock: ManualClock) -> AsyncIterator[Stage]:
    """`channel` connected to a new platform of its own with one account enrolled."""
    if isinstance(channel.open, Deferred):
        channel.open.load()  # not within the patience of the first test that comes by
    platform = simulator_of(channel)(clock)
    enrolment = platform.enrol("gongkai")
    async with serve(platform) as url, open_session() as session:
        access = Access(
            account_id="account-1",
            handle=enrolment.handle,
            base_url=url,
            credentials=enrolment.credentials,
            settings=_settings(channel) | dict(enrolment.settings),
        )
        outlet = channel.open(Wire(session), clock)
        stage = Stage(channel=channel, platform=platform, outlet=outlet, access=access, clock=clock)
        try:
            yield stage
        finally:
            await outlet.close()


def _settings(channel: Channel) -> dict[str, Any]:
    return {setting.name: setting.default for setting in channel.settings if setting.default}
