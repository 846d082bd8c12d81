"""A stage for state machines: a loop and a clock of their own, on a database in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database, Transaction
from hub.kernel.ids import IdSource
from hub.organisations.models import Selection
from tests.hub.publishing.test_no_sequence_doubles_a_post import Inline
from tests.scheduler.stage import Stage, open_stage

T = TypeVar("T")


class Running:
    """What a state machine needs to drive asynchronous services step by step."""

    opened = False
    all = Selection()

    def begin_run(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.clock = ManualClock(datetime(2026, 3, 2, 1, tzinfo=UTC))
        self.database: Database = Inline()
        self.stage: Stage = self.run(open_stage(self.database, self.clock, IdSource()))
        self.opened = True

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def do(self, work: Callable[[Transaction], T]) -> T:
        return self.run(self.database.write(work, audited=False))

    def end_run(self) -> None:
        if self.opened:
            self.run(self.database.close())
            self.loop.close()
