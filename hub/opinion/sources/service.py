"""What may be done with sources: enter, pause, read now, and read whatever is due."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from hub.kernel.clock import Clock
from hub.kernel.columns import storable
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, GongkaiError, InvalidInput, Words
from hub.kernel.events import Event, Kind
from hub.kernel.ids import IdSource
from hub.opinion.signals.models import NewSignal
from hub.opinion.signals.rules import check_signal
from hub.opinion.signals.service import SignalService
from hub.opinion.sources import events, store
from hub.opinion.sources.errors import BadSource, UnknownSource
from hub.opinion.sources.models import (
    JSON_FIELDS,
    SOURCES,
    FeedItem,
    NewSource,
    Reading,
    Source,
    SourceEvent,
    SourceKind,
    SourceState,
)
from hub.opinion.sources.ports import Fetched, Fetcher
from hub.opinion.sources.reading import items_within, read_feed, read_json

__all__ = ["Sources"]

_ACTOR = "system:sources"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,23}")
_SHORTEST, _LONGEST = timedelta(minutes=5), timedelta(days=7)
_LEASE = timedelta(minutes=5)  # a reading takes far less
_AT_ONCE, _PER_LOOK = 4, 40
_RESTS_AT_MOST = timedelta(hours=24)
_LONGEST_ERROR, _LONGEST_URL = 300, 2_000


class Sources:
    """Every source is read by one process at a time, as often as it says, and less often while
    it fails: twice the wait for each failure, a day at most."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        signals: SignalService,
        fetcher: Fetcher,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._signals = signals
        self._fetcher = fetcher

    async def add(self, new: NewSource, *, actor: str) -> Source:
        """Enter a source; it is read at the next look. Raises BadSource naming the field, and
        Conflict for a name that is taken."""
        _check(new)
        now = self._clock.now()
        names = NewSource.__dataclass_fields__
        source = Source(
            id=self._ids.new(now),
            state=SourceState.ACTIVE,
            added_at=now,
            added_by=actor,
            next_at=now,
            **{name: getattr(new, name) for name in names},
        )

        def work(tx: Transaction) -> Source:
            if store.get_source(tx.connection, new.name) is not None:
                raise Conflict(
                    Words(f"来源 {new.name} 已登记", f"there is a source {new.name}"), field="name"
                )
            store.add_source(tx, source)
            self._record(tx, events.SOURCE_ADDED, source, actor, {"url": source.url})
            return source

        return await self._database.write(work)

    async def all(self) -> list[Source]:
        return await self._database.read(store.list_sources)

    async def source(self, name: str) -> Source:
        """Raises UnknownSource."""
        found = await self._database.read(lambda c: store.get_source(c, name))
        if found is None:
            raise UnknownSource(name)
        return found

    async def pause(self, name: str, *, actor: str) -> Source:
        return await self._step(name, SourceEvent.PAUSED, actor)

    async def resume(self, name: str, *, actor: str) -> Source:
        return await self._step(name, SourceEvent.RESUMED, actor)

    async def check(self, name: str) -> Reading:
        """Read a source now, paused or not, as if nothing had been read before."""
        source = await self.source(name)
        return await self._read(source, fresh=True)

    async def look(self) -> list[Reading]:
        """Read what is due, a few at a time; how each reading went."""
        now = self._clock.now()
        found = await self._database.read(lambda c: store.due(c, now, _PER_LOOK))
        if not found:
            return []
        taken = await self._database.write(
            lambda tx: [one for one in found if store.take(tx, one, now + _LEASE)], audited=False
        )
        turns = asyncio.Semaphore(_AT_ONCE)

        async def read(source: Source) -> Reading:
            async with turns:
                return await self._read(source)

        return list(await asyncio.gather(*(read(one) for one in taken)))

    async def _read(self, source: Source, *, fresh: bool = False) -> Reading:
        """One reading, with no transaction open while the server is asked."""
        etag, modified = ("", "") if fresh else (source.etag, source.last_modified)
        try:
            got = await self._fetcher.fetch(source.url, etag=etag, last_modified=modified)
            reading = await self._collect(source, got)
        except GongkaiError as error:
            reading = Reading(source=source.name, error=error.words.zh[:_LONGEST_ERROR])
            got = None
        await self._database.write(lambda tx: self._note(tx, source, got, reading))
        return reading

    async def _collect(self, source: Source, got: Fetched | None) -> Reading:
        if got is None:
            return Reading(source=source.name, unchanged=True)
        items = await asyncio.to_thread(_items, source, got.body)
        good, refused = _signals(source, items)
        done = await self._signals.collect(good, actor=_ACTOR)
        return Reading(
            source=source.name,
            seen=len(items),
            added=sum(one.added for one in done),
            undated=sum(one.event_at is None for one in good),
            refused=refused,
        )

    def _note(self, tx: Transaction, source: Source, got: Fetched | None, reading: Reading) -> None:
        now = self._clock.now()
        failures = source.failures + 1 if reading.error else 0
        values: dict[str, object] = {
            "read_at": now,
            "last_error": storable(reading.error),
            "failures": failures,
            "next_at": now + _rest(source.every, failures),
            "items_seen": source.items_seen + reading.seen,
            "items_new": source.items_new + reading.added,
            "undated": source.undated + reading.undated,
        }
        if got is not None:
            values |= {"etag": storable(got.etag)[:500], "last_modified": got.last_modified[:100]}
        store.change(tx, source, **values)
        if reading.error:
            data: Mapping[str, object] = {"error": reading.error, "failures": failures}
            self._record(tx, events.SOURCE_FAILED, source, _ACTOR, data)
        else:
            data = {"seen": reading.seen, "new": reading.added, "refused": reading.refused}
            self._record(tx, events.SOURCE_READ, source, _ACTOR, data)

    async def _step(self, name: str, event: SourceEvent, actor: str) -> Source:
        def work(tx: Transaction) -> None:
            source = store.get_source(tx.connection, name)
            if source is None:
                raise UnknownSource(name)
            state = SOURCES.next(source.state, event)
            store.change(tx, source, state=state, next_at=self._clock.now(), failures=0)
            self._record(tx, events.SOURCE_STEPS[event], source, actor, {})

        await self._database.write(work)
        return await self.source(name)

    def _record(
        self, tx: Transaction, kind: Kind, source: Source, actor: str, data: Mapping[str, object]
    ) -> None:
        at, told = self._clock.now(), {"source": source.name, **data}
        tx.record(Event(kind=kind, subject=source.id, actor=actor, at=at, data=told))


def _items(source: Source, body: bytes) -> list[FeedItem]:
    if source.kind is SourceKind.JSON:
        return list(items_within(read_json(body, source.paths, source.zone)))
    return list(items_within(read_feed(body, source.zone)))


def _signals(source: Source, items: Sequence[FeedItem]) -> tuple[list[NewSignal], int]:
    """What can be kept, and how many items cannot."""
    good = []
    for one in items:
        new = NewSignal(
            channel=source.channel,
            external_id=one.key,
            kind=source.signal_kind,
            title=one.title,
            text=one.text,
            author=one.author,
            event_at=one.at,
            body_id=source.body_id,
            url=one.url,
            likes=one.likes,
            trust=source.trust,
        )
        try:
            check_signal(new)
        except InvalidInput:
            continue
        good.append(new)
    return good, len(items) - len(good)


def _rest(every: timedelta, failures: int) -> timedelta:
    longer: timedelta = every * (1 << min(failures, 12))
    return max(every, min(longer, _RESTS_AT_MOST))


def _check(new: NewSource) -> None:
    if not _NAME.fullmatch(new.name):
        raise BadSource("name", "名称须为 2 至 24 个小写字母、数字或连字符", "a-z, 0-9, -: 2 to 24")
    if not _is_web_address(new.url):
        raise BadSource(
            "url", "须为 http 或 https 地址，不含用户名密码", "an http or https address, no user"
        )
    if not _SHORTEST <= new.every <= _LONGEST:
        raise BadSource("every", "间隔须为 5 分钟至 7 天", "every 5 minutes to 7 days")
    if new.kind is SourceKind.JSON and not {"title", "text"} & new.paths.keys():
        raise BadSource("paths", "须给出 title 或 text 的路径", "a path of title or text is needed")
    if unknown := sorted(new.paths.keys() - set(JSON_FIELDS)):
        known = "、".join(JSON_FIELDS)
        raise BadSource("paths", f"没有 {unknown[0]}，可用：{known}", f"it is one of {known}")
    try:
        ZoneInfo(new.zone)
    except (KeyError, ValueError, OSError) as error:
        raise BadSource("zone", "未知时区", "unknown time zone") from error


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    sound = parts.scheme in ("http", "https") and parts.hostname and not parts.username
    return bool(sound) and port != 0 and len(url) <= _LONGEST_URL
