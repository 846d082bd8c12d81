"""The clock of a process: APScheduler runs the recurring jobs and one wake-up at the next due time.

There is never a job per post. The due time lives in the ledger; the one `wake` job is a reminder
that is set again whenever the ledger changes, and a poll every second finds what another process
planned.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.kernel.tracing import Beginning, span
from hub.publishing import sweeping
from scheduler.timekeeping import ClockScheduler

__all__ = ["HubClock", "Job", "Jobs", "Select"]

_log = structlog.get_logger(__name__)
_WAKE = "wake"
_BREATH = timedelta(milliseconds=50)  # what is due closer together is made ready together
_RINGS = 100  # a ring sets the next one before it has ended itself
_PATIENCE_S = 60
_APART = Beginning(apart=True)
Job = Callable[[], Awaitable[object]]
Select = Callable[[str, Job], Job | None]


class Jobs:
    """Recurring jobs by name and interval. `select` says for each what runs of it in this process:
    the job, the job under some condition, or nothing."""

    def __init__(self, clock: Clock, select: Select | None = None) -> None:
        self._select = select
        self._running: set[asyncio.Task[Any]] = set()
        self.names: list[str] = []
        self._stopped = False
        self._scheduler = ClockScheduler(clock)
        self._scheduler.add_listener(_report, EVENT_JOB_ERROR)

    def every(self, name: str, interval: timedelta, job: Job) -> None:
        """Run `job` every `interval`, never twice at once, unless it is not for this process."""
        chosen = self._select(name, job) if self._select else job
        if chosen is not None:
            trigger = self._scheduler.every(interval)
            self._scheduler.add_job(self._tracked(name, chosen), trigger, id=name, name=name)
            self.names.append(name)

    def _tracked(self, name: str, job: Job) -> Job:
        called = f"job {name}"

        async def run() -> None:
            task = asyncio.current_task()
            if task is not None:
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            # whoever was at work when the timer was set has nothing to do with it
            with span(called, _APART, job=name):
                await job()

        return run

    @property
    def busy(self) -> int:
        """How many jobs are being done at this moment."""
        return len(self._running)

    def start(self) -> None:
        self._scheduler.start()

    async def stop(self) -> None:
        """Start no job any more and let the running ones end: a platform may just be asked. Once
        more does no harm."""
        if self._stopped:
            return
        self._stopped = True
        self._scheduler.pause()
        if self._running:
            await asyncio.wait(self._running, timeout=_PATIENCE_S)
        self._scheduler.shutdown(wait=False)


class HubClock(Jobs):
    """Jobs, and `wake` so long `ahead` of the next due time."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        wake: Callable[[], None],
        ahead: timedelta,
        select: Select | None = None,
    ) -> None:
        super().__init__(clock, select)
        self._database = database
        self._clock = clock
        self._wake = wake
        self._ahead = ahead
        self._next: datetime | None = None

    def changed(self) -> None:
        """Somebody in this process changed what is due: look now."""
        self._wake()
        self._scheduler.add_job(self._tracked(_WAKE, self.look_ahead), name=_WAKE)

    async def look_ahead(self) -> None:
        """Wake for what is soon due, and set the wake-up to the next due time in the ledger."""
        now = self._clock.now()

        def look(connection: Connection) -> tuple[bool, datetime | None]:
            due = sweeping.anything_due(connection, now, self._ahead)
            return due, sweeping.next_wake(connection, now, self._ahead)

        due, following = await self._database.read(look)
        if due:
            self._wake()
        # Only ever moved forward: a ring that turns out to be early looks ahead again.
        if following is not None and (self._next is None or following < self._next):
            self._next = following
            trigger = self._scheduler.at(max(following, now + _BREATH))
            self._scheduler.add_job(
                self._tracked(_WAKE, self._ring),
                trigger,
                id=_WAKE,
                name=_WAKE,
                replace_existing=True,
                max_instances=_RINGS,
            )

    async def _ring(self) -> None:
        self._next = None
        self._wake()
        await self.look_ahead()


def _report(event: JobExecutionEvent) -> None:
    _log.error("clock.job-failed", job=event.job_id, exc_info=event.exception)
