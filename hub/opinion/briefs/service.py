"""Makes briefs, each once, and keeps their files beside the database."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import NotFound, Words
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.opinion.briefs import events, store
from hub.opinion.briefs.composing import Found, compose
from hub.opinion.briefs.errors import BadBrief, UnknownBrief
from hub.opinion.briefs.models import Brief, BriefKind, StoredBrief
from hub.opinion.briefs.periods import instants, period, period_before
from hub.opinion.briefs.ports import BriefRenderer
from hub.opinion.issues import store as issues
from hub.opinion.issues.models import HotIssue
from hub.opinion.issues.rules import LOOKED_BACK, hot_issue
from hub.opinion.rumours.service import open_rumours
from hub.opinion.watches.store import counts_within
from hub.organisations.store import list_bodies

__all__ = ["Briefs"]

_CANDIDATES = 200
_SHOWN_DAYS = timedelta(days=13)
_WEEK = timedelta(days=6)


class Briefs:
    """`home` is the folder of the files, one folder for each brief; `zone` decides which day a
    message is of."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        renderer: BriefRenderer,
        home: Path,
        zone: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._renderer = renderer
        self._home = home
        self._zone = zone

    async def make(self, kind: BriefKind, *, actor: str, day: date | None = None) -> StoredBrief:
        """The brief of the day or week that `day` is in, else of the last one that is over.

        One that was made already is returned as it is: what people have read stays as it was.
        Raises BadBrief for a period that is not over.
        """
        today = self._clock.now().astimezone(ZoneInfo(self._zone)).date()
        first, last = period(kind, day) if day else period_before(kind, today)
        if last >= today:
            raise BadBrief(
                "day",
                f"{last} 尚未结束",
                f"{last} is not over",
                Words("选择已结束的日期", "choose a day that is over"),
            )
        held = await self._database.read(lambda c: store.brief_of(c, kind, first))
        return held or await self._made(kind, first, last, today, actor)

    async def _made(
        self, kind: BriefKind, first: date, last: date, today: date, actor: str
    ) -> StoredBrief:
        begins, ends = instants(first, last, self._zone)
        before, _ = instants(*_previous(first, last), self._zone)

        def read(connection: Connection) -> tuple[Found, str, int]:
            messages = store.messages(connection, begins, ends)
            bodies = list_bodies(connection)
            found = Found(
                messages=tuple(messages),
                before=store.count_before(connection, before, begins),
                days=tuple(store.days(connection, last - _SHOWN_DAYS, last)),
                hot=tuple(_hot(connection, last)),
                opened=store.opened(connection, begins, ends),
                answered=store.answered(connection, begins, ends),
                clocks=tuple(store.clocks(connection, begins, ends)),
                rated=tuple(store.ratings(connection, begins, ends)),
                bodies={body.id: body.name for body in bodies},
                watches=tuple(counts_within(connection, first, last)),
                rumours=tuple(open_rumours(connection, ends)),
                truncated=len(messages) == store.MOST_MESSAGES,
            )
            top = next((body.name for body in bodies if body.parent_id is None), "")
            return found, top, store.count_of_year(connection, kind, first)

        found, issuer, count = await self._database.read(read)
        number = f"〔{first.year}〕第{count + 1}期"
        zone = ZoneInfo(self._zone)
        brief = await asyncio.to_thread(
            lambda: compose(kind, number, issuer, first, last, today, found, ends=ends, zone=zone)
        )
        files = await self._renderer.render(brief, found.messages)
        return await self._keep(brief, files, actor)

    async def _keep(self, brief: Brief, files: Mapping[str, bytes], actor: str) -> StoredBrief:
        """The files are durable before the row that names them; a lost race leaves them unused."""
        now = self._clock.now()
        one = StoredBrief(
            id=self._ids.new(now),
            kind=brief.kind,
            number=brief.number,
            first=brief.first,
            last=brief.last,
            made_at=now,
            made_by=actor,
            files={name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
            model=msgspec.to_builtins(brief),
        )
        await asyncio.to_thread(_write, self._home / one.id, files)

        def keep(tx: Transaction) -> StoredBrief:
            held = store.brief_of(tx.connection, one.kind, one.first)
            if held is not None:
                return held
            store.add_brief(tx, one)
            data = {"number": one.number, "files": dict(one.files), "messages": brief.messages}
            kind = events.BRIEF_MADE
            tx.record(Event(kind=kind, subject=one.id, actor=actor, at=now, data=data))
            return one

        return await self._database.write(keep)

    async def briefs(self, kind: BriefKind | None = None, limit: int = 50) -> list[StoredBrief]:
        """The newest first."""
        return await self._database.read(lambda c: store.briefs_of(c, kind, limit))

    async def brief(self, brief_id: str) -> StoredBrief:
        """Raises UnknownBrief."""
        found = await self._database.read(lambda c: store.get_brief(c, brief_id))
        if found is None:
            raise UnknownBrief(brief_id)
        return found

    def path_of(self, one: StoredBrief, name: str) -> Path:
        return self._home / one.id / name

    async def read(self, one: StoredBrief) -> dict[str, bytes]:
        """The files of a brief; raises NotFound where one is gone or is not what was made."""
        return await asyncio.to_thread(lambda: {name: self._file(one, name) for name in one.files})

    def _file(self, one: StoredBrief, name: str) -> bytes:
        path = self.path_of(one, name)
        data = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(data).hexdigest() != one.files[name]:
            raise NotFound(
                Words(f"简报文件 {path} 缺失或被改动", f"{path} is missing or was changed"),
                field="brief",
                remedy=Words("从备份恢复该文件", "restore it from the backup"),
            )
        return data


def _hot(connection: Connection, last: date) -> list[HotIssue]:
    """The hot list as the last day saw it, the hottest first."""
    bursting = [one.issue_id for one in issues.bursts_since(connection, last - _WEEK)]
    busy = issues.busiest(connection, last - _WEEK, _CANDIDATES)
    ids = list(dict.fromkeys([*busy, *bursting[-_CANDIDATES:]]))
    observed = issues.first_day(connection, last - timedelta(days=LOOKED_BACK))
    days = issues.days_of(connection, ids, last - timedelta(days=LOOKED_BACK))
    found = issues.issues_by_id(connection, ids)
    seen = {one: [day for day in days[one] if day.day <= last] for one in ids}
    lines = [hot_issue(found[one], seen[one], last, observed) for one in ids if seen[one]]
    lines.sort(key=lambda line: (-line.heat.total, line.issue.id))
    return [line for line in lines if line.week]


def _previous(first: date, last: date) -> tuple[date, date]:
    length = last - first + timedelta(days=1)
    return first - length, last - length


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
