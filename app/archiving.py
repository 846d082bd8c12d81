"""Joins archives to an open hub: what is kept is found, how long is set, when is the clock's."""

from __future__ import annotations

import importlib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

import hub
from app.compose import Hub
from app.migrate import load_tables
from app.settings import Settings
from app.settings_archives import ArchiveMode
from hub.kernel.archiving.models import Kept
from hub.kernel.archiving.service import Archiving
from hub.kernel.clock import Clock
from hub.kernel.errors import GongkaiError
from scheduler.clock import Jobs

__all__ = ["archives_home", "archiving_of", "kept_kinds", "schedule_archiving"]

_log = structlog.get_logger(__name__)
_EVERY = timedelta(hours=1)
_ACTOR = "system:archives"


@cache
def kept_kinds() -> tuple[Kept, ...]:
    """What every retention.py below hub keeps by month; never listed."""
    load_tables()
    root = Path(hub.__path__[0])
    found: list[Kept] = []
    for file in sorted(root.rglob("retention.py")):
        name = ".".join(("hub", *file.relative_to(root).with_suffix("").parts))
        found += importlib.import_module(name).KEPT
    return tuple(found)


def archives_home(settings: Settings) -> Path:
    return settings.archive_home if settings.archive_home != Path() else settings.home / "archives"


def archiving_of(hub: Hub) -> Archiving:
    settings = hub.settings
    return Archiving(
        database=hub.database,
        clock=hub.clock,
        folder=archives_home(settings),
        zone=ZoneInfo(settings.time_zone),
        kinds=kept_kinds(),
        periods={kept.name: settings.period_of(kept.name) for kept in kept_kinds()},
    )


class ArchiveWatch:
    """Once a day: what the setting says about months whose period is over."""

    def __init__(self, archiving: Archiving, clock: Clock, mode: ArchiveMode) -> None:
        self._archiving = archiving
        self._clock = clock
        self._mode = mode
        self._done: date | None = None

    async def look(self) -> None:
        today = self._clock.now().date()
        if self._mode is ArchiveMode.OFF or today == self._done:
            return
        self._done = today
        try:
            await self._work()
        except GongkaiError as error:  # a bad file must be seen, and no other job stopped by it
            _log.error("archives.failed", error=str(error))

    async def _work(self) -> None:
        for kind, month in (await self._archiving.due()).items():
            _log.warning("archives.due", kind=kind, since=str(month), mode=self._mode.value)
        if self._mode is ArchiveMode.WARN:
            return
        made = await self._archiving.make_due(actor=_ACTOR)
        for left in made.unfinished:
            _log.warning("archives.unfinished", kind=left.kind, month=left.month, rows=left.rows)
        if self._mode is ArchiveMode.PRUNE:
            for pruned in await self._archiving.prune(actor=_ACTOR):
                _log.info("archives.pruned", kind=pruned.kind, month=pruned.month)


def schedule_archiving(jobs: Jobs, hub: Hub) -> None:
    watch = ArchiveWatch(archiving_of(hub), hub.clock, hub.settings.archive_mode)
    jobs.every("archives", _EVERY, watch.look)
