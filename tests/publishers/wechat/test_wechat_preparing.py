"""Pictures and cover of an article are uploaded hours before; publishing goes on from there."""

from __future__ import annotations

import pytest

from hub.publishing.errors import Unauthorised
from hub.publishing.models import Capability
from hub.publishing.ports import PREPARED, Preparing, Verdict
from publishers.simulation import Fault
from publishers.wechat import CHANNEL
from tests.publishers.doubles import MemoryJob, Stage
from tests.publishers.wechat.wechat_doubles import account_of, article, settled, shown


async def prepared(stage: Stage, job: MemoryJob) -> None:
    """What the engine does with what `prepare` gives."""
    assert isinstance(stage.outlet, Preparing)
    job.progress = {**await stage.outlet.prepare(job), PREPARED: "2026-03-02T01:00:00+00:00"}


def test_it_is_declared() -> None:
    assert CHANNEL.declaration.can(Capability.PREPARE)


async def test_media_is_uploaded_and_nothing_can_be_seen(wechat: Stage) -> None:
    job = wechat.job(article(wechat.media, pictures=2))
    await prepared(wechat, job)
    app = account_of(wechat)
    assert len(app.materials) == 1
    assert (app.drafts, app.tasks, wechat.platform.shown()) == ({}, {}, [])


async def test_publishing_uploads_nothing_again(wechat: Stage) -> None:
    job = wechat.job(article(wechat.media, pictures=2))
    await prepared(wechat, job)
    for path in ("*/uploadimg", "*/add_material"):
        wechat.platform.faults.arm(Fault.ERROR_500, path, times=99)
    assert (await settled(wechat, job)).verdict is Verdict.FOUND
    [post] = shown(wechat)
    assert post.pictures == 2


async def test_preparing_twice_uploads_once(wechat: Stage) -> None:
    job = wechat.job(article(wechat.media))
    await prepared(wechat, job)
    wechat.platform.faults.arm(Fault.ERROR_500, times=99)
    before = dict(job.progress)
    await prepared(wechat, job)
    assert job.progress == before


async def test_a_cover_that_was_deleted_meanwhile_is_uploaded_again(wechat: Stage) -> None:
    job = wechat.job(article(wechat.media))
    await prepared(wechat, job)
    account_of(wechat).materials.clear()
    assert (await settled(wechat, job)).verdict is Verdict.FOUND


async def test_an_account_without_an_api_takes_nothing_ahead(wechat: Stage) -> None:
    wechat.with_settings(tier="export")
    wechat.platform.faults.arm(Fault.ERROR_500, times=99)
    job = wechat.job(article(wechat.media))
    await prepared(wechat, job)
    assert set(job.progress) == {PREPARED}


async def test_a_dead_secret_is_known_beforehand(wechat: Stage) -> None:
    wechat.access = type(wechat.access)(
        account_id=wechat.access.account_id,
        handle=wechat.access.handle,
        base_url=wechat.access.base_url,
        credentials={**wechat.access.credentials, "secret": "wrong"},
        settings=wechat.access.settings,
    )
    assert isinstance(wechat.outlet, Preparing)
    with pytest.raises(Unauthorised):
        await wechat.outlet.prepare(wechat.job(article(wechat.media)))
