"""Every channel that can upload ahead does so in secret, once, and to the benefit of who sends."""

from __future__ import annotations

import pytest

from hub.publishing.models import Capability
from hub.publishing.ports import PREPARED, Preparing
from tests.publishers.doubles import MemoryJob, Stage
from tests.publishers.protocol import small, until_decided


async def prepared(stage: Stage) -> MemoryJob:
    """A small post whose media lies ready, as the engine keeps it."""
    if not isinstance(stage.outlet, Preparing):
        pytest.skip(f"{stage.channel.name} uploads nothing ahead")
    job = stage.job(small(stage))
    job.started_at = None  # no attempt has begun
    kept = {"engine": "its own", **job.progress}
    job.progress = kept
    given = await stage.outlet.prepare(job)
    assert kept.items() <= given.items()
    job.progress = {**given, PREPARED: stage.clock.now().isoformat()}
    return job


async def test_uploading_ahead_is_declared_where_it_is_done(stage: Stage) -> None:
    declared = stage.channel.declaration.can(Capability.PREPARE)
    assert declared == isinstance(stage.outlet, Preparing)


async def test_nothing_uploaded_ahead_can_be_seen(stage: Stage) -> None:
    await prepared(stage)
    assert stage.platform.shown() == []


async def test_what_lies_ready_is_published_once(stage: Stage) -> None:
    job = await prepared(stage)
    job.started_at = stage.clock.now()
    job.remote_id = (await stage.outlet.deliver(job)).remote_id
    await until_decided(stage, lambda: stage.outlet.verify(job))
    assert len(stage.public()) == 1
