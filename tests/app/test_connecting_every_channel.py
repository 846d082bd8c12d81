"""Every channel there is can be checked and tried with a post at its simulated platform."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.compose import Hub, open_hub
from app.connecting import connecting_of, trial_posts_of
from app.settings import Settings
from hub.kernel.clock import SystemClock
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations.models import BodyKind, NewAccount, NewBody
from hub.publishing.connecting.models import TrialState
from publishers.registry import channels
from tests.publishers.doubles import serve, simulator_of

S = TrialState
# a robot's or relay's address can only be posted to; a mail server is asked at the first letter
UNASKED = {"apprise", "dingtalk", "email", "feishu", "wecom_robot"}


@pytest.fixture
async def hub(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Hub]:
    file = tmp_path / "gongkai.db"
    shutil.copy(sqlite_template, file)
    settings = Settings(home=tmp_path, site_url="https://www.example.gov.cn")
    async with open_hub(settings, database=SqliteDatabase(file)) as opened:
        new = NewBody(code="city", name="江澜市", kind=BodyKind.CITY)
        await opened.organisations.add_body(new, actor="admin")
        yield opened
        await opened.database.close()


@pytest.mark.parametrize("channel", sorted(channels()))
async def test_it_is_asked_about_and_posted_to(hub: Hub, channel: str) -> None:
    platform = simulator_of(channels()[channel])(SystemClock())
    async with serve(platform) as address:
        enrolled = platform.enrol("one")
        new = NewAccount(
            channel=channel,
            name="测试号",
            handle=enrolled.handle,
            body_code="city",
            base_url=address,
        )
        settings = {name: str(value) for name, value in enrolled.settings.items()}
        connecting, posts = connecting_of(hub), trial_posts_of(hub)
        account = await connecting.enter(new, enrolled.credentials, settings, actor="admin")
        checked = await connecting.check(account.id, actor="admin")
        assert checked.state is (S.UNASKABLE if channel in UNASKED else S.GOOD), checked
        sent = await posts.send(account.id, actor="admin", seen=True)
        assert sent.state is S.OUT, sent
        if connecting.form(channel).recalls:
            gone = await posts.withdraw(sent.id, actor="admin")
            assert gone.state is S.WITHDRAWN
