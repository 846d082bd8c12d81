"""What may be done with watches: make, change, pause, and read what came since."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, Words
from hub.kernel.events import Event, Kind
from hub.kernel.ids import IdSource
from hub.opinion.signals.models import Signal
from hub.opinion.signals.store import get_signal
from hub.opinion.watches import events, store
from hub.opinion.watches.errors import BadWatch, UnknownWatch
from hub.opinion.watches.models import WATCHES, NewWatch, Watch, WatchEvent, WatchState
from hub.opinion.watches.rules import Matcher, folded
from hub.opinion.watches.store import Heard

__all__ = ["Watches"]

_BATCH, _BATCHES = 2_000, 10  # signals of one reading, and readings of one look at a watch
_SETTLED = timedelta(minutes=1)  # a signal that came later may still be followed by an older id
_WORDS, _LONGEST = 50, 40
_MOST = 200
_LISTS = ("include", "exclude", "places", "channels")
_BACK = timedelta(days=30)


class Watches:
    """`zone` decides which day a signal is of."""

    def __init__(self, *, database: Database, clock: Clock, ids: IdSource, zone: str) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._zone = ZoneInfo(zone)

    async def make(self, new: NewWatch, *, actor: str) -> Watch:
        """Make a watch; it looks at everything from the oldest signal on. Raises BadWatch naming
        the field, and Conflict for a name that is taken."""
        _check(new)
        now = self._clock.now()
        watch = Watch(
            id=self._ids.new(now),
            state=WatchState.ACTIVE,
            made_at=now,
            made_by=actor,
            **{name: getattr(new, name) for name in NewWatch.__dataclass_fields__},
        )

        def work(tx: Transaction) -> Watch:
            if len(store.list_watches(tx.connection)) >= _MOST:
                raise BadWatch("name", f"监测方案已有 {_MOST} 个", f"there are {_MOST} watches")
            if store.get_watch(tx.connection, new.name) is not None:
                raise Conflict(
                    Words(f"方案 {new.name} 已存在", f"there is a watch {new.name}"), field="name"
                )
            store.add_watch(tx, watch)
            self._record(tx, events.WATCH_MADE, watch, actor, {"include": list(watch.include)})
            return watch

        return await self._database.write(work)

    async def change(self, new: NewWatch, *, actor: str) -> Watch:
        """Give the watch of that name other words; it looks at everything anew."""
        _check(new)

        def work(tx: Transaction) -> Watch:
            held = _known(tx.connection, new.name)
            lists = {name: getattr(new, name) for name in _LISTS}
            store.forget_hits(tx, held.id)
            values = {name: list(value) for name, value in lists.items()}
            store.set_watch(tx, held.id, **values, cursor="", signals=0)
            data = {"include": list(new.include), "exclude": list(new.exclude)}
            self._record(tx, events.WATCH_CHANGED, held, actor, data)
            return replace(held, **lists, cursor="", signals=0)

        return await self._database.write(work)

    async def step(self, name: str, event: WatchEvent, *, actor: str) -> Watch:
        """Pause a watch, or let it go on where it stopped."""

        def work(tx: Transaction) -> Watch:
            held = _known(tx.connection, name)
            state = WATCHES.next(held.state, event)
            store.set_watch(tx, held.id, state=state)
            self._record(tx, events.WATCH_STEPS[event], held, actor, {})
            return replace(held, state=state)

        return await self._database.write(work)

    async def all(self) -> list[Watch]:
        return await self._database.read(store.list_watches)

    async def watch(self, name: str) -> tuple[Watch, list[tuple[date, int]]]:
        """A watch and its counts of the last thirty days; raises UnknownWatch."""
        since = self._clock.now().astimezone(self._zone).date() - _BACK

        def read(connection: Connection) -> tuple[Watch, list[tuple[date, int]]]:
            held = _known(connection, name)
            return held, store.days_of(connection, held.id, since)

        return await self._database.read(read)

    async def signals(self, name: str, *, before: str = "", limit: int = 50) -> list[Signal]:
        """What a watch found, the newest first; raises UnknownWatch."""

        def read(connection: Connection) -> list[Signal]:
            held = _known(connection, name)
            ids = store.hits_of(connection, held.id, before, limit)
            found = (get_signal(connection, one) for one in ids)
            return [one for one in found if one is not None]

        return await self._database.read(read)

    async def look(self) -> int:
        """Let every active watch read what came since; how many signals they found."""
        found = 0
        for watch in await self.all():
            if watch.state is WatchState.ACTIVE:
                found += await self._read(watch)
        return found

    async def _read(self, watch: Watch) -> int:
        until, total = self._clock.now() - _SETTLED, 0
        matcher = Matcher.of(watch)
        for _ in range(_BATCHES):
            cursor = watch.cursor
            heard = await self._database.read(
                lambda c, at=cursor: store.heard_after(c, at, until, _BATCH)  # type: ignore[misc]
            )
            if not heard:
                break
            hits = await asyncio.to_thread(self._matched, matcher, heard)
            last = heard[-1].id
            if not await self._database.write(
                lambda tx, w=watch, h=hits, at=last: store.add_hits(tx, w, h, at),  # type: ignore[misc]
                audited=False,
            ):
                break
            watch, total = replace(watch, cursor=last), total + len(hits)
        return total

    def _matched(self, matcher: Matcher, heard: Sequence[Heard]) -> list[tuple[str, date | None]]:
        return [
            (one.id, self._day(one.event_at))
            for one in heard
            if matcher.matches(folded(f"{one.title}\n{one.text}"), one.place, one.channel)
        ]

    def _day(self, at: datetime | None) -> date | None:
        return None if at is None else at.astimezone(self._zone).date()

    def _record(
        self, tx: Transaction, kind: Kind, watch: Watch, actor: str, data: Mapping[str, object]
    ) -> None:
        at, told = self._clock.now(), {"watch": watch.name, **data}
        tx.record(Event(kind=kind, subject=watch.id, actor=actor, at=at, data=told))


def _known(connection: Connection, name: str) -> Watch:
    found = store.get_watch(connection, name)
    if found is None:
        raise UnknownWatch(name)
    return found


def _check(new: NewWatch) -> None:
    if not 0 < len(new.name.strip()) <= _LONGEST:
        raise BadWatch("name", f"名称须为 1 至 {_LONGEST} 字", "a name is needed")
    if not Matcher.of(new).include:
        raise BadWatch("include", "至少要有一个包含词", "a word to look for is needed")
    for field in _LISTS:
        words = getattr(new, field)
        if len(words) > _WORDS or any(not 0 < len(word) <= _LONGEST for word in words):
            raise BadWatch(
                field,
                f"至多 {_WORDS} 个，每个 1 至 {_LONGEST} 字",
                f"at most {_WORDS}, of 1 to {_LONGEST} characters",
            )
