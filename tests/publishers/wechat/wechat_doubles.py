"""What the tests of the WeChat channel share: a part, a job that can crash, and a small engine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from hub.kernel.clock import ManualClock
from hub.publishing.errors import Busy, DeliveryError, NotSent, Throttled, Unknown
from hub.publishing.models import MediaRole, Part
from hub.publishing.ports import Accepted, Finding, Verdict
from publishers.simulation import Fault, Shown
from publishers.wechat import CHANNEL
from publishers.wechat.publisher import WeChatOutlet
from publishers.wechat.simulator import Platform
from publishers.wechat.simulator_state import App
from publishers.wire import Wire
from tests.publishers.doubles import MemoryJob, MemoryMedia, Stage, picture
from tests.publishers.protocol import LATE_S, PATIENCE_S, SHORT_S

LINK = "https://www.gd.gov.cn/zwgk/2026-17.html"
SUBMIT = "*/freepublish/submit"
SENDALL = "*/message/mass/sendall"


class Crash(Exception):
    """The process was killed here."""


@dataclass(slots=True, kw_only=True)
class CrashingJob(MemoryJob):
    """Dies at checkpoint number `at` (from 1): before it is durable, or right after."""

    at: int = 0
    durable: bool = True
    seen: int = 0

    async def checkpoint(self, progress: Mapping[str, Any]) -> None:
        self.seen += 1
        if self.seen == self.at and not self.durable:
            raise Crash
        self.progress = dict(progress)
        if self.seen == self.at:
            raise Crash


def article(media: MemoryMedia, title: str = "关于政务公开的通知", pictures: int = 2) -> Part:
    """An article with a cover and some pictures in its text."""
    colours = ("red", "green", "blue")
    images = [media.add(picture(colour=colours[n])) for n in range(pictures)]
    cover = media.add(picture("image/jpeg", 32, "white"), "image/jpeg", role=MediaRole.COVER)
    shown = "".join(f'<p><img src="cid:{image.sha256}"></p>' for image in images)
    return Part(
        text=f"<section><h2>{title}</h2><p>各市、县人民政府：<br>现印发&amp;执行。</p>{shown}</section>",
        title=title,
        digest="省政府办公厅印发通知",
        link=LINK,
        media=(cover, *images),
        extra={"author": "省政府办公厅"},
    )


def platform_of(stage: Stage) -> Platform:
    assert isinstance(stage.platform, Platform)
    return stage.platform


def account_of(stage: Stage) -> App:
    return platform_of(stage).account(stage.access.handle)


def new_outlet(wire: Wire, clock: ManualClock, seconds: float = PATIENCE_S) -> WeChatOutlet:
    """The outlet as a freshly started process opens it, with other timeouts than the declared."""
    timeout = timedelta(seconds=seconds)
    return WeChatOutlet(wire, clock, CHANNEL.declaration, timeout=timeout)


def arm(stage: Stage, fault: Fault, path: str) -> None:
    """Let `fault` befall the next call of `path`; for an answer that comes late or never the
    outlet waits only as long as it must, for all others as long as a slow machine needs."""
    stage.platform.faults.arm(fault, path, delay=LATE_S)
    if fault in {Fault.HANG, Fault.SLOW, Fault.SLOW_THEN_COMMIT}:
        assert isinstance(stage.outlet, WeChatOutlet)
        stage.outlet = new_outlet(stage.outlet._wire, stage.clock, SHORT_S)


def restart(stage: Stage, job: MemoryJob) -> MemoryJob:
    """The same delivery in a new process: only what was made durable is left."""
    outlet = stage.outlet
    assert isinstance(outlet, WeChatOutlet)
    stage.outlet = new_outlet(outlet._wire, stage.clock)
    kept = stage.job(job.part)
    return replace(kept, key=job.key, started_at=job.started_at, progress=job.progress)


async def refused(stage: Stage, part: Part, kind: type[DeliveryError]) -> DeliveryError:
    with pytest.raises(kind) as caught:
        await stage.outlet.deliver(stage.job(part, "refused"))
    return caught.value


def shown(stage: Stage, state: str = "public") -> list[Shown]:
    return [post for post in stage.platform.shown() if post.state == state]


async def settled(stage: Stage, job: MemoryJob, *, crashed: bool = False) -> Finding:
    """Do with `job` what the engine does, until it is decided: the last finding."""
    accepted: Accepted | None = None
    unknown = crashed
    for _ in range(40):
        if unknown:
            finding = await _reconciled(stage, job)
            if finding.verdict is not Verdict.ABSENT:
                return finding
            unknown = False
        try:
            accepted = await stage.outlet.deliver(job)
            break
        except Unknown:
            await asyncio.sleep(0.3)  # what was still on its way arrives
            unknown = True
        except (Busy, NotSent):
            stage.clock.advance(30)
        except Throttled as limit:
            stage.clock.advance(limit.retry_after.total_seconds() if limit.retry_after else 60)
    assert accepted is not None, "never accepted"
    return await verified(stage, job, accepted.remote_id)


async def _reconciled(stage: Stage, job: MemoryJob) -> Finding:
    while True:
        try:
            finding = await stage.outlet.reconcile(job)
        except (Busy, NotSent):
            continue
        if finding.verdict is not Verdict.PENDING:
            return finding
        stage.clock.advance(finding.retry_after)


async def verified(stage: Stage, job: MemoryJob, remote_id: str) -> Finding:
    job.remote_id = remote_id
    for _ in range(100):
        finding = await stage.outlet.verify(job)
        if finding.verdict is not Verdict.PENDING:
            return finding
        stage.clock.advance(finding.retry_after)
    raise AssertionError("pending for ever")


__all__ = [
    "LINK",
    "SENDALL",
    "SUBMIT",
    "Crash",
    "CrashingJob",
    "account_of",
    "arm",
    "article",
    "new_outlet",
    "platform_of",
    "refused",
    "restart",
    "settled",
    "shown",
    "verified",
]
