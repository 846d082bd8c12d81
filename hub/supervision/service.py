"""The board of a supervisor: every body in sight by every indicator. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.authority.sight import Sight
from hub.organisations.models import Body
from hub.organisations.store import list_bodies
from hub.supervision.models import Board, Period, Tally
from hub.supervision.rules import rows_of, values_of
from hub.supervision.sums import Counted, Sums

__all__ = ["LONGEST", "Supervision"]

LONGEST = timedelta(days=366)
_PATIENCE_S = 0.15  # pages of lists are to come within 200 ms


class Supervision:
    """`liveness_days`: after how many days without an update an account counts as dormant;
    `patience`: how many seconds somebody who looks at a page waits for it."""

    def __init__(self, database: Database, clock: Clock, liveness_days: int) -> None:
        self.patience = _PATIENCE_S
        self._database = database
        self._sums = Sums(database, clock, liveness_days)

    async def board(self, period: Period, sight: Sight, top: str = "") -> Board:
        """The highest bodies in sight and those right below them, each with all that is below;
        with `top` (an id), that body and those right below it. Figures are a minute old, or ten
        times as old as it took to count them.

        Raises InvalidInput for a period that is empty or longer than a year.
        """
        _check(period)
        return await self._board(await self._sums.of(period), period, sight, top)

    async def board_at_hand(
        self, period: Period, sight: Sight, top: str = ""
    ) -> tuple[Board | None, bool]:
        """As `board`, for somebody who looks and does not wait: a board that may be older, none
        where this period was not counted yet, and whether it is being counted now."""
        _check(period)
        counted, counting = await self._sums.at_hand(period, self.patience)
        if counted is None:
            return None, counting
        return await self._board(counted, period, sight, top), counting

    def counting(self, period: Period) -> bool:
        """Whether the sums of a period are being counted."""
        return self._sums.counting(period)

    async def _board(self, counted: Counted, period: Period, sight: Sight, top: str) -> Board:
        bodies, under = await self._database.read(
            lambda c: (list_bodies(c), list_bodies(c, top) if top else [])
        )
        seen = [body for body in bodies if sight.whole or body.id in sight.bodies]
        known = {body.id for body in seen}
        of_these = {one: tally for one, tally in counted.tallies.items() if one in known}
        below = {body.id for body in under} if top else known
        total = sum((tally for one, tally in of_these.items() if one in below), Tally())
        rows = rows_of(seen, of_these, _shown(seen, top))
        return Board(period=period, at=counted.at, rows=rows, all=values_of(total))


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
