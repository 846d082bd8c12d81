"""The clock of the hub: APScheduler runs the recurring jobs and one wake-up at the next due time.

There is never a job per post. The due time lives in the ledger; the one `wake` job is a reminder
that is set again whenever the ledger changes, and a poll every second finds what another process
planned.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.publishing import sweeping

__all__ = ["HubClock"]

_log = structlog.get_logger(__name__)
_WAKE = "wake"
Job = Callable[[], Awaitable[object]]


class HubClock:
    """Recurring jobs by name and interval, and `wake` at the next due time."""

    def __init__(self, database: Database, clock: Clock, wake: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._wake = wake
        self._next: datetime | None = None
        # A late job is still run: the default of APScheduler drops what is a second late.
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=defaults)
        self._scheduler.add_listener(_report, EVENT_JOB_ERROR)

    def every(self, name: str, interval: timedelta, job: Job) -> None:
        """Run `job` every `interval`, never twice at once."""
        trigger = IntervalTrigger(seconds=interval.total_seconds())
        self._scheduler.add_job(job, trigger, id=name)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    async def look_ahead(self) -> None:
        """Set the wake-up to the earliest due time in the ledger."""
        due = await self._database.read(lambda c: c.execute(sweeping.next_due()).scalar())
        if due is None or due == self._next:
            return
        if due <= self._clock.now():
            self._wake()
            return
        self._next = due
        trigger = DateTrigger(run_date=due)
        self._scheduler.add_job(self._ring, trigger, id=_WAKE, replace_existing=True)

    async def _ring(self) -> None:
        self._next = None
        self._wake()


def _report(event: JobExecutionEvent) -> None:
    _log.error("clock.job-failed", job=event.job_id, exc_info=event.exception)
