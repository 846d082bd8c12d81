"""An application on the simulated WeCom."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hub.kernel.clock import ManualClock
from publishers.registry import find_channel
from tests.publishers.doubles import Stage, open_stage


@pytest.fixture
async def stage(clock: ManualClock) -> AsyncIterator[Stage]:
    async with open_stage(find_channel("wecom"), clock) as opened:
        yield opened
