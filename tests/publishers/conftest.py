"""The contract suite runs on every channel that is found."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hub.kernel.clock import ManualClock
from publishers.contract import Channel
from publishers.registry import channels
from tests.publishers.doubles import Stage, open_stage


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.module.__name__.rpartition(".")[2].startswith("test_contract"):
        found = channels()
        metafunc.parametrize("channel", list(found.values()), ids=list(found))


@pytest.fixture
async def stage(channel: Channel, clock: ManualClock) -> AsyncIterator[Stage]:
    async with open_stage(channel, clock) as opened:
        yield opened
