"""The board of a supervisor: every body in sight by every indicator. Nothing is changed here."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.columns import microseconds
from hub.kernel.database import Database
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.authority.sight import Sight
from hub.organisations.models import Body
from hub.organisations.store import list_bodies
from hub.publishing.liveness.models import Standing
from hub.publishing.liveness.rules import limit_of, standing_of
from hub.supervision import store
from hub.supervision.models import Board, Period, Tally
from hub.supervision.rules import rows_of, values_of

__all__ = ["LONGEST", "Supervision"]

LONGEST = timedelta(days=366)
_KNOWN_FOR_S, _KNOWN_AT_MOST = 60.0, 16  # seconds and periods that sums are remembered
_DAY_US = 86_400_000_000


class Supervision:
    """`liveness_days`: after how many days without an update an account counts as dormant."""

    def __init__(self, database: Database, clock: Clock, liveness_days: int) -> None:
        self._database = database
        self._clock = clock
        self._days = liveness_days
        self._known: dict[Period, tuple[float, Mapping[str, Tally]]] = {}
        self._counting: dict[Period, asyncio.Task[Mapping[str, Tally]]] = {}

    async def board(self, period: Period, sight: Sight, top: str = "") -> Board:
        """The highest bodies in sight and those right below them, each with all that is below;
        with `top` (an id), that body and those right below it. Figures are a minute old at most.

        Raises InvalidInput for a period that is empty or longer than a year.
        """
        _check(period)
        sums = await self._sums(period)
        bodies, under = await self._database.read(
            lambda c: (list_bodies(c), list_bodies(c, top) if top else [])
        )
        seen = [body for body in bodies if sight.whole or body.id in sight.bodies]
        known = {body.id for body in seen}
        of_these = {one: tally for one, tally in sums.items() if one in known}
        below = {body.id for body in under} if top else known
        total = sum((tally for one, tally in of_these.items() if one in below), Tally())
        rows = rows_of(seen, of_these, _shown(seen, top))
        return Board(period=period, rows=rows, all=values_of(total))

    async def _sums(self, period: Period) -> Mapping[str, Tally]:
        """Of every body, whoever looks; counted once for all who ask meanwhile, and to its end
        also when the first of them has left."""
        known = self._known.get(period)
        if known is not None and self._clock.monotonic() - known[0] < _KNOWN_FOR_S:
            return known[1]
        counting = self._counting.get(period)
        if counting is None:
            counting = self._counting[period] = asyncio.ensure_future(self._count(period))
            counting.add_done_callback(lambda _: self._counting.pop(period, None))
        return await asyncio.shield(counting)

    async def _count(self, period: Period) -> Mapping[str, Tally]:
        now, at = self._clock.now(), self._clock.monotonic()

        def look(connection: Connection) -> Mapping[str, Tally]:
            sums: dict[str, Tally] = defaultdict(Tally, store.tallies(connection, period, now))
            for body_id, tally in self._dormant(connection, now).items():
                sums[body_id] = sums[body_id] + tally
            return dict(sums)

        found = await self._database.read(look)
        self._known[period] = (at, found)
        while len(self._known) > _KNOWN_AT_MOST:
            self._known.pop(next(iter(self._known)))
        return found

    def _dormant(self, connection: Connection, now: datetime) -> Mapping[str, Tally]:
        sums: dict[str, Tally] = defaultdict(Tally)
        at = microseconds(now) or 0
        for body_id, settings, published in store.accounts_of(connection):
            limit = limit_of(settings, self._days)
            if limit > 0:
                days = None if published is None else max(0, at - published) // _DAY_US
                over = standing_of(days, limit) is Standing.OVER
                sums[body_id] = sums[body_id] + Tally(accounts=1, dormant=int(over))
        return sums


def _shown(seen: Sequence[Body], top: str) -> list[Body]:
    known = {body.id for body in seen}
    tops = {top} if top else {body.id for body in seen if body.parent_id not in known}
    return [body for body in seen if body.id in tops or body.parent_id in tops]


def _check(period: Period) -> None:
    if not timedelta() < period.until - period.since <= LONGEST:
        raise InvalidInput(
            Words("统计时段须为一天至一年", "a period is from a day to a year"),
            field="until",
            remedy=Words("改小时段", "choose a shorter one that ends after it begins"),
        )
