"""The stage of the engine's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hub.kernel.clock import ManualClock, SystemClock
from hub.kernel.database import Database
from hub.kernel.ids import IdSource
from tests.scheduler.stage import Stage, watched_stage


@pytest.fixture
async def stage(database: Database, clock: ManualClock, ids: IdSource) -> AsyncIterator[Stage]:
    """An empty installation on a clock that is told."""
    async with watched_stage(database, clock, ids) as opened:
        yield opened


@pytest.fixture
async def live(database: Database, ids: IdSource) -> AsyncIterator[Stage]:
    """An empty installation on the machine's clock."""
    async with watched_stage(database, SystemClock(), ids) as opened:
        yield opened
