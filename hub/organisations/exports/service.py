"""Walking a list to its end for a file. Whose list it is decides the page that is walked: it is
asked with the sight of who exports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.kernel.events import Event
from hub.organisations.exports.events import LIST_EXPORTED
from hub.organisations.exports.models import MOST_EXPORTED, Listed

__all__ = ["Exports"]

T = TypeVar("T")


class Exports:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def walk(
        self,
        listed: Listed,
        page: Callable[[str], Awaitable[tuple[Sequence[T], str]]],
        *,
        asked: Mapping[str, str],
        actor: str,
    ) -> AsyncIterator[Sequence[T]]:
        """What `page` gives, beginning at "" and going on where it says, at most MOST_EXPORTED
        rows. That it was asked for is in the audit log, with the filters, before any row is
        given."""
        data = {name: value for name, value in asked.items() if value}
        at = self._clock.now()
        told = Event(kind=LIST_EXPORTED, subject=listed, actor=actor, at=at, data=data)
        await self._database.write(lambda tx: tx.record(told))
        left, after = MOST_EXPORTED, ""
        while left > 0:
            rows, after = await page(after)
            yield rows[:left]
            left -= len(rows)
            if not after:
                return
