"""`gongkai db copy`: from one database to another, in the order in which tables refer."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Table

from app.copying import bookmarks
from app.copying.errors import Differs, NotEmpty
from app.copying.events import COPIED
from app.copying.models import Copied, Told
from app.copying.places import (
    add_rows,
    alone,
    analyse,
    between,
    hold_still,
    keep_others_away,
    path_of,
    refuse_full,
    refuse_strangers,
    set_sequences,
)
from app.migrate import COPYING, head, load_tables, looked_into, migrate, revision
from hub.kernel.clock import Clock
from hub.kernel.errors import InvalidInput, Misconfigured, NotFound, Words
from hub.kernel.events import Event, append_events, chain_head, seal_event, verify_chain
from hub.kernel.rows import Fingerprint, Row, Summed, batches, self_reference, stored
from hub.kernel.tables import schema_floor

__all__ = ["copy_database"]


def copy_database(
    source: str,
    target: str,
    *,
    home: Path | None,
    clock: Clock,
    actor: str,
    tell: Told,
    anew: bool = False,
) -> Copied:
    """Copy every row of `source` (a URL) to `target` and prove that both are the same.

    `home` is the source's, where it is embedded. A copy that was broken off goes on; `anew` takes
    back what it wrote and begins again. Blocks. Raises NotFound without a source, Misconfigured
    for one of another revision, StillRunning, NotEmpty, DoesNotFit, Differs.
    """
    _check_source(source, target)
    place = path_of(target)
    with ExitStack() as stack:
        stack.enter_context(alone(home, "database_url"))
        if place is not None and (home is None or place.parent.resolve() != home.resolve()):
            stack.enter_context(alone(place.parent, "to"))
        resuming = _prepare_target(target)

        def work(one: Connection, other: Connection) -> Copied:
            run = _Run(one, other, clock, tell)
            with one.begin():
                return run.all(actor=actor, resuming=resuming, anew=anew)

        return between(source, target, work)


def _check_source(source: str, target: str) -> None:
    file, place = path_of(source), path_of(target)
    if source == target or (file and place and file.resolve() == place.resolve()):
        raise InvalidInput(
            Words("来源与目标是同一个库", "source and target are the same"),
            field="to",
            remedy=Words("指定另一个数据库", "name another database"),
        )
    if file is not None and not file.is_file():
        raise NotFound(Words(f"没有数据库 {file}", f"no database {file}"), field="database_url")
    at = revision(source)
    if at != head():
        raise Misconfigured(
            Words(f"来源的表结构版本是 {at or '–'}", f"the source is at revision {at or '–'}"),
            field="database_url",
            remedy=Words("先运行 gongkai db migrate", "run gongkai db migrate first"),
        )


def _prepare_target(target: str) -> bool:
    """Bring an empty target's tables up; True where an unfinished copy is in it."""
    at = revision(target)
    if at == COPYING:
        return True
    if not at:
        looked_into(target, refuse_strangers)
    migrate(target)
    return False


class _Run:
    """One run over both connections; the source's transaction is open."""

    def __init__(self, source: Connection, target: Connection, clock: Clock, tell: Told) -> None:
        self._source = source
        self._target = target
        self._clock = clock
        self._tell = tell
        self._tables = [one for one in load_tables().sorted_tables if one is not schema_floor]

    def all(self, *, actor: str, resuming: bool, anew: bool) -> Copied:
        hold_still(self._source, self._tables, self._clock.now())
        seq, digest = chain_head(self._source)
        origin = f"{seq}:{digest}"
        resumed = self._begin(origin, resuming=resuming, anew=anew)
        for table in self._tables:
            self._copy(table)
        found = {str(table.name): self._compared(table) for table in self._tables}
        differing = [name for name, (ours, theirs) in found.items() if ours != theirs]
        if differing:
            raise Differs(differing)
        with self._target.begin():
            for verified in verify_chain(self._target):
                self._tell("audit", "audit_events", verified)
        copied = Copied(
            tables={name: ours for name, (ours, _) in found.items()}, resumed=resumed, head=origin
        )
        self._finish(copied, actor)
        return copied

    def _begin(self, origin: str, *, resuming: bool, anew: bool) -> int:
        """Mark the target as ours; how many rows are there already."""
        with self._target.begin():
            keep_others_away(self._target)
            if resuming and anew:
                bookmarks.wipe(self._target, self._tables)
            elif resuming:
                if bookmarks.origin_of(self._target) != origin:
                    raise NotEmpty(
                        Words(
                            "其中有另一次未完成的复制（--anew 重来）",
                            "an unfinished copy of something else (--anew begins again)",
                        )
                    )
                return bookmarks.resumed_rows(self._target)
            refuse_full(self._target, self._tables)
            bookmarks.begin(self._target, origin)
        return 0

    def _copy(self, table: Table) -> None:
        with self._target.begin():
            mark = bookmarks.bookmark(self._target, table.name)
        if mark.done:
            return
        while True:
            before, after = mark.rows, _key_of(mark.after, table)
            for rows in batches(self._source, table, depth=mark.depth, after=after):
                mark = replace(mark, after=_last_key(table, rows), rows=mark.rows + len(rows))
                with self._target.begin():
                    bookmarks.put(self._target, table.name, mark)
                    add_rows(self._target, table, rows)
                self._tell("copy", table.name, len(rows))
            deeper = self_reference(table) is not None and (mark.rows > before or after)
            mark = replace(mark, depth=mark.depth + 1, after="", done=not deeper)
            with self._target.begin():
                bookmarks.put(self._target, table.name, mark)
            if mark.done:
                return

    def _compared(self, table: Table) -> tuple[Fingerprint, Fingerprint]:
        ours = self._summed(self._source, table)
        with self._target.begin():
            return ours, self._summed(self._target, table)

    def _summed(self, connection: Connection, table: Table) -> Fingerprint:
        summed = Summed()
        for rows in batches(connection, table):
            summed.add(rows)
            self._tell("verify", table.name, len(rows))
        return summed.fingerprint

    def _finish(self, copied: Copied, actor: str) -> None:
        event = Event(
            kind=COPIED,
            subject="database",
            actor=actor,
            at=self._clock.now(),
            data={
                "from": self._source.dialect.name,
                "to": self._target.dialect.name,
                "tables": len(copied.tables),
                "rows": copied.rows,
                "head": copied.head,
            },
        )
        with self._target.begin():
            set_sequences(self._target, self._tables)
            append_events(self._target, [seal_event(event)])
            bookmarks.end(self._target, head())
        analyse(self._target)


def _last_key(table: Table, rows: list[Row]) -> str:
    columns = list(stored(table).columns)
    key = [rows[-1][index] for index, column in enumerate(columns) if column.primary_key]
    return msgspec.json.encode(key).decode()


def _key_of(after: str, table: Table) -> list[Any] | None:
    """A key as it was written down, with days as days again."""
    if not after:
        return None
    columns: list[Column[Any]] = [c for c in stored(table).columns if c.primary_key]
    values = msgspec.json.decode(after)
    return [
        msgspec.convert(value, column.type.python_type)
        for column, value in zip(columns, values, strict=True)
    ]
