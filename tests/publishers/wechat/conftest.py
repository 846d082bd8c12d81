"""One official account before its simulated platform, with a test's timeouts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from hub.kernel.clock import ManualClock
from publishers.wechat import CHANNEL
from publishers.wechat.publisher import WeChatOutlet
from publishers.wechat.simulator import Platform
from tests.publishers.doubles import Stage, open_stage, serve
from tests.publishers.wechat.wechat_caller import Caller
from tests.publishers.wechat.wechat_doubles import new_outlet


@pytest.fixture
async def wechat(clock: ManualClock) -> AsyncIterator[Stage]:
    async with open_stage(CHANNEL, clock) as stage:
        assert isinstance(stage.outlet, WeChatOutlet)
        stage.outlet = new_outlet(stage.outlet._wire, clock)
        yield stage


@pytest.fixture
async def caller(clock: ManualClock) -> AsyncIterator[Caller]:
    platform = Platform(clock)
    async with serve(platform) as url, aiohttp.ClientSession() as session:
        caller = Caller(platform, session, url)
        caller.platform.enrol("gongkai")
        caller.token = (await caller.stable())["access_token"]
        yield caller
