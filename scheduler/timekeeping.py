"""APScheduler by the hub's clock: what it takes for the time, and what it waits by.

APScheduler asks the machine what time it is, in one zone, and waits by the loop's own timers. Here
it is given a zone in which it is as late as the clock says, and waits by the clock's sleep; so a
day passes for the recurring jobs when it passes for everything else.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.date import DateTrigger

from hub.kernel.clock import Clock

__all__ = ["ClockScheduler"]


class _ZoneOfClock(tzinfo):
    """UTC, except that `datetime.now(zone)`, which asks its zone for the time there, gives the
    clock's. Every time that APScheduler holds is in this zone, so nothing else is converted."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def fromutc(self, _: datetime) -> datetime:
        return self._clock.now().astimezone(UTC).replace(tzinfo=self)

    def utcoffset(self, _: datetime | None) -> timedelta:
        return timedelta()

    def dst(self, _: datetime | None) -> timedelta:
        return timedelta()

    def tzname(self, _: datetime | None) -> str:
        return "UTC"


class _Every(BaseTrigger):  # type: ignore[misc]
    """Fires `interval` after now, and after each time it fired; what was missed is one firing."""

    def __init__(self, interval: timedelta) -> None:
        self._interval = interval

    def __str__(self) -> str:
        return f"every {self._interval}"

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        if previous_fire_time is None:
            return now + self._interval
        passed = (now - previous_fire_time) // self._interval
        return previous_fire_time + self._interval * max(1, passed)


class ClockScheduler(AsyncIOScheduler):  # type: ignore[misc]
    """APScheduler whose time is `clock`'s. A late job is still run, once, and never twice at the
    same time: the default of APScheduler drops what is a second late."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._zone = _ZoneOfClock(clock)
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        super().__init__(timezone=self._zone, job_defaults=defaults)

    def every(self, interval: timedelta) -> BaseTrigger:
        return _Every(interval)

    def at(self, moment: datetime) -> BaseTrigger:
        return DateTrigger(moment.astimezone(UTC).replace(tzinfo=self._zone), self._zone)

    def _start_timer(self, wait_seconds: float | None) -> None:
        self._stop_timer()
        if wait_seconds is not None:
            waiting = self._eventloop.create_task(self._clock.sleep(wait_seconds), name="clock")
            waiting.add_done_callback(self._waited)
            self._timeout = waiting

    def _waited(self, waiting: asyncio.Task[Any]) -> None:
        if not waiting.cancelled() and self._eventloop is not None:
            self.wakeup()
