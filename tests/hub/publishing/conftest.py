"""The stage of the engine's tests, here for the ledger and the services alone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.ids import IdSource
from tests.scheduler.stage import Stage, watched_stage


@pytest.fixture
async def stage(database: Database, clock: ManualClock, ids: IdSource) -> AsyncIterator[Stage]:
    """An empty installation with a scripted platform."""
    async with watched_stage(database, clock, ids) as opened:
        yield opened
