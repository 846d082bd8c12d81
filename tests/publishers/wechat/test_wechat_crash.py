"""A process killed at any step of a delivery: a new one ends it, with exactly one post."""

from __future__ import annotations

from dataclasses import fields

import pytest

from hub.publishing.ports import Verdict
from tests.publishers.doubles import MemoryJob, Stage
from tests.publishers.wechat.wechat_doubles import (
    Crash,
    CrashingJob,
    account_of,
    article,
    restart,
    settled,
    shown,
)

# pictures (1), cover, drafting, draft, submitted
STEPS = range(1, 6)


def crashing(stage: Stage, at: int, durable: bool) -> CrashingJob:
    job = stage.job(article(stage.media, pictures=1))
    values = {field.name: getattr(job, field.name) for field in fields(MemoryJob)}
    return CrashingJob(**values, at=at, durable=durable)


@pytest.mark.parametrize("tier", ["publish", "mass"])
@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("at", STEPS)
async def test_killed_at_a_checkpoint_it_is_published_once(
    wechat: Stage, tier: str, at: int, durable: bool
) -> None:
    wechat.with_settings(tier=tier)
    job = crashing(wechat, at, durable)
    with pytest.raises(Crash):
        await wechat.outlet.deliver(job)
    found = await settled(wechat, restart(wechat, job), crashed=True)
    assert found.verdict is Verdict.FOUND
    assert (len(shown(wechat)), shown(wechat, "draft")) == (1, [])


@pytest.mark.parametrize("tier", ["publish", "mass"])
async def test_killed_after_the_platform_took_it_it_is_published_once(
    wechat: Stage, tier: str
) -> None:
    wechat.with_settings(tier=tier)
    job = wechat.job(article(wechat.media))
    await wechat.outlet.deliver(job)  # the answer came, the receipt was never stored
    found = await settled(wechat, restart(wechat, job), crashed=True)
    assert found.verdict is Verdict.FOUND
    assert len(shown(wechat)) == 1
    assert len(account_of(wechat).tasks) + len(account_of(wechat).masses) == 1


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("at", STEPS)
async def test_killed_while_drafting_one_draft_is_left_for_the_person(
    wechat: Stage, at: int, durable: bool
) -> None:
    wechat.with_settings(tier="draft")
    job = crashing(wechat, at, durable)
    with pytest.raises(Crash):
        await wechat.outlet.deliver(job)
    await wechat.outlet.deliver(restart(wechat, job))
    assert len(shown(wechat, "draft")) == 1
