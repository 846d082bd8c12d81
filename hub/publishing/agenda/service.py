"""The calendar of plans; nothing is changed here."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.columns import instant, microseconds
from hub.kernel.database import Database
from hub.kernel.errors import NotFound, Words
from hub.organisations.authority.sight import Sight
from hub.publishing.agenda import store
from hub.publishing.agenda.models import Agenda, Asked, Day, Entry, Mark

__all__ = ["Agendas"]

_AFTER = re.compile(r"(\d{1,18})\.([0-9A-HJKMNP-TV-Z]{26})")
_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


class Agendas:
    """`zone` is the IANA zone whose days these are."""

    def __init__(self, database: Database, clock: Clock, zone: str) -> None:
        self._database = database
        self._clock = clock
        self._zone = ZoneInfo(zone)

    async def days(self, asked: Asked, first: date, count: int, each: int) -> list[Day]:
        """`count` days from `first` on, with the first `each` plans of every one."""
        dates = [first + timedelta(days=n) for n in range(count)]
        bounds = [self._start(day) for day in (*dates, first + timedelta(days=count))]

        def look(connection: Connection) -> list[Day]:
            totals = store.counts(connection, asked, bounds)
            marked = store.marked(connection, asked, bounds[0], bounds[-1])
            now = self._clock.now()

            def mark(plan_id: str, due_at: datetime) -> Mark:
                rare = marked.get(plan_id)
                return rare[1] if rare else Mark.OUT if due_at <= now else Mark.COMING

            shown: dict[date, list[Entry]] = defaultdict(list)
            for entry in store.first_entries(connection, asked, bounds, each, mark):
                shown[entry.due_at.astimezone(self._zone).date()].append(entry)
            begun = [at for at in bounds if at <= now]
            over = store.counts(connection, asked, [begun[-1], now])[0] if begun else 0
            marks = _marks(bounds, totals, list(marked.values()), now, over)
            return [
                Day(day=day, total=total, marks=mark, entries=tuple(shown[day]))
                for day, total, mark in zip(dates, totals, marks, strict=True)
            ]

        return await self._database.read(look)

    async def page(
        self, asked: Asked, first: date, days: int | None, after: str, limit: int
    ) -> Agenda:
        """Plans from `first` on, of so many days or all there are."""
        told = _AFTER.fullmatch(after)
        behind = (instant(int(told[1])), told[2]) if told else None
        since = self._start(first)
        until = self._start(first + timedelta(days=days)) if days else None
        found = await self._database.read(
            lambda c: store.entries(c, asked, since, until, behind, limit + 1)
        )
        shown = found[:limit]
        last = shown[-1] if len(found) > limit else None
        more = f"{microseconds(last.due_at)}.{last.plan_id}" if last else ""
        return Agenda(entries=tuple(shown), next=more)

    async def entry(self, plan_id: str, sight: Sight) -> Entry:
        """One plan; NotFound where there is none in sight."""
        found = None
        if _ID.fullmatch(plan_id):
            found = await self._database.read(lambda c: store.entry(c, plan_id))
        if found is None or not (sight.whole or found.body_id in sight.bodies):
            raise NotFound(Words(f"没有计划 {plan_id}", f"no plan {plan_id}"), field="plan")
        return found

    async def seen(self, plan_ids: Collection[str], sight: Sight) -> set[str]:
        """Which of the plans are in sight."""
        found = await self._database.read(lambda c: store.bodies_of(c, plan_ids))
        return {plan for plan, body in found.items() if sight.whole or body in sight.bodies}

    def _start(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone).astimezone(UTC)


def _marks(
    bounds: Sequence[datetime],
    totals: Sequence[int],
    marked: Sequence[tuple[datetime, Mark]],
    now: datetime,
    over: int,
) -> list[Counter[Mark]]:
    """What is not marked is out once its time is over, else coming; of the day that is running
    `over` plans were due already."""
    # the place of a day among the bounds: a month may have ten thousand marks
    days: list[list[tuple[datetime, Mark]]] = [[] for _ in totals]
    for at, mark in marked:
        days[bisect_right(bounds, at) - 1].append((at, mark))
    found = []
    for (since, until), total, own in zip(pairwise(bounds), totals, days, strict=True):
        due = over if since <= now < until else total if until <= now else 0
        out = max(0, due - sum(at <= now for at, _ in own))
        day = Counter(mark for _, mark in own)
        day[Mark.OUT] += out
        day[Mark.COMING] += max(0, total - len(own) - out)
        found.append(day)
    return found
