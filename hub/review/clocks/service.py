"""What people ask of clocks: which run, how they stand, and how each date was counted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.kernel.clock import Clock as Time
from hub.kernel.database import Database
from hub.kernel.errors import Words
from hub.review.clocks.explaining import explain
from hub.review.clocks.models import Clock, Standing, Thresholds
from hub.review.clocks.rules import clock_of, standing_of
from hub.review.determination import store
from hub.review.determination.errors import NotDetermined
from hub.review.determination.models import Determination

__all__ = ["Clocks", "ItemClock", "Published"]

# item ids → when the first account had each; those nobody has are left out
Published = Callable[[Connection, Sequence[str]], Mapping[str, datetime]]
_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemClock:
    """An item's clock, how it stands, and how it was counted in words."""

    item_id: str
    title: str
    body_id: str
    unit: str
    clock: Clock | None
    standing: Standing
    published_at: datetime | None
    words: Words


class Clocks:
    """`published` asks the ledger of deliveries, which is an area above this one."""

    def __init__(
        self, *, database: Database, clock: Time, thresholds: Thresholds, published: Published
    ) -> None:
        self._database = database
        self._clock = clock
        self._thresholds = thresholds
        self._published = published

    async def list(
        self, *, body_id: str = "", standings: Collection[Standing] = (), limit: int = 100
    ) -> list[ItemClock]:
        """Items that are to be published and were not known to be, those that end first in front;
        with `standings`, only those. Whatever has no end comes last."""
        now = self._clock.now()

        def look(connection: Connection) -> list[ItemClock]:
            found: list[ItemClock] = []
            after = ""
            while True:
                rows = store.list_running(connection, body_id=body_id, after=after, limit=_PAGE)
                known = self._published(connection, [row[0].item_id for row in rows])
                for determination, title, body, formed_on in rows:
                    at = known.get(determination.item_id)
                    told = self._told(determination, title, body, formed_on, at, now)
                    if not standings or told.standing in standings:
                        found.append(told)
                if len(rows) < _PAGE:
                    return found
                after = rows[-1][0].item_id

        listed = await self._database.read(look)
        return sorted(listed, key=_soonest)[:limit]

    async def explain(self, item_id: str) -> ItemClock:
        """One item's; raises UnknownItem, NotDetermined."""
        now = self._clock.now()

        def look(connection: Connection) -> ItemClock:
            item = catalogue.get_item(connection, item_id)
            held = store.determination_of(connection, item_id)
            if held is None:
                raise NotDetermined(item_id)
            at = held.published_at or self._published(connection, [item_id]).get(item_id)
            return self._told(held, item.title, item.body_id, item.formed_on, at, now)

        return await self._database.read(look)

    def _told(
        self,
        determination: Determination,
        title: str,
        body_id: str,
        formed_on: date | None,
        published_at: datetime | None,
        now: datetime,
    ) -> ItemClock:
        clock = clock_of(determination, formed_on)
        return ItemClock(
            item_id=determination.item_id,
            title=title,
            body_id=body_id,
            unit=determination.unit,
            clock=clock,
            standing=standing_of(clock, published_at, now, self._thresholds),
            published_at=published_at,
            words=explain(clock),
        )


def _soonest(told: ItemClock) -> tuple[bool, float, str]:
    due = told.clock.due_at if told.clock else None
    return (due is None, due.timestamp() if due else 0.0, told.item_id)
