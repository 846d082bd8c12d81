"""Makes briefs, each once, and keeps their files beside the database."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
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
from hub.opinion.briefs.models import (
    EVERYTHING,
    WHOLE,
    Brief,
    BriefKind,
    Message,
    Scope,
    Shape,
    StoredBrief,
)
from hub.opinion.briefs.periods import instants, period, period_before
from hub.opinion.briefs.ports import BriefRenderer
from hub.opinion.briefs.reading import found_in, issuer_of

__all__ = ["Ask", "Briefs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Which brief: `choice` names what it is made of, empty for the daily and weekly ones."""

    kind: BriefKind
    first: date
    last: date
    scope: Scope = EVERYTHING
    shape: Shape = WHOLE
    report_id: str = ""
    choice: str = ""
    owner: str = ""


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
        if kind is BriefKind.CUSTOM:
            raise BadBrief(
                "kind",
                "专题报告按其定义编制",
                "a report is made by its definition",
                Words("用 gongkai report make", "gongkai report make"),
            )
        today = self._clock.now().astimezone(ZoneInfo(self._zone)).date()
        first, last = period(kind, day) if day else period_before(kind, today)
        if last >= today:
            raise BadBrief(
                "day",
                f"{last} 尚未结束",
                f"{last} is not over",
                Words("选择已结束的日期", "choose a day that is over"),
            )
        return await self.of_ask(Ask(kind=kind, first=first, last=last), actor=actor)

    async def of_ask(self, ask: Ask, *, actor: str) -> StoredBrief:
        """What is asked for, made once: of the same choice and days as it was made before."""
        held = await self._database.read(
            lambda c: store.brief_of(c, ask.kind, ask.first, ask.last, ask.choice)
        )
        if held is not None:
            return held
        brief, messages = await self._composed(ask)
        return await self._keep(ask, brief, await self._renderer.render(brief, messages), actor)

    async def preview(self, ask: Ask) -> Brief:
        """As it would be made now; nothing is kept."""
        return (await self._composed(ask))[0]

    async def _composed(self, ask: Ask) -> tuple[Brief, tuple[Message, ...]]:
        zone = ZoneInfo(self._zone)
        _, ends = instants(ask.first, ask.last, self._zone)

        def read(connection: Connection) -> tuple[Found, str, int]:
            found = found_in(connection, ask.first, ask.last, self._zone, ask.scope)
            count = store.count_of_year(connection, ask.kind, ask.first, ask.report_id)
            return found, issuer_of(connection, ask.scope), count

        found, issuer, count = await self._database.read(read)
        number = f"〔{ask.first.year}〕第{count + 1}期"
        today = self._clock.now().astimezone(zone).date()
        brief = await asyncio.to_thread(
            lambda: compose(
                *(ask.kind, number, issuer, ask.first, ask.last, today, found),
                ends=ends,
                zone=zone,
                shape=ask.shape,
            )
        )
        return brief, found.messages

    async def _keep(
        self, ask: Ask, brief: Brief, files: Mapping[str, bytes], actor: str
    ) -> StoredBrief:
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
            report_id=ask.report_id,
            choice=ask.choice,
            owner=ask.owner,
        )
        await asyncio.to_thread(_write, self._home / one.id, files)

        def keep(tx: Transaction) -> StoredBrief:
            held = store.brief_of(tx.connection, one.kind, one.first, one.last, one.choice)
            if held is not None:
                return held
            store.add_brief(tx, one)
            data = {"number": one.number, "files": dict(one.files), "messages": brief.messages}
            kind = events.BRIEF_MADE
            tx.record(Event(kind=kind, subject=one.id, actor=actor, at=now, data=data))
            return one

        return await self._database.write(keep)

    async def briefs(self, kind: BriefKind | None = None, limit: int = 50) -> list[StoredBrief]:
        """The newest first; without a kind the daily and weekly ones."""
        return await self._database.read(lambda c: store.briefs_of(c, kind, limit))

    async def of_report(self, report_id: str, limit: int = 50) -> list[StoredBrief]:
        """What was made by a report's definition, the newest first."""
        return await self._database.read(lambda c: store.briefs_of_report(c, report_id, limit))

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


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
