"""How publishing stands; nothing is changed here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.publishing.models import DeliveryState
from hub.publishing.overview import store
from hub.publishing.overview.models import Overview
from hub.publishing.store import last_beat

__all__ = ["Overviews"]

_LATE = timedelta(minutes=1)
_S = DeliveryState


class Overviews:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def now(self) -> Overview:
        now = self._clock.now()

        def look(connection: Connection) -> Overview:
            late, oldest = store.late_since(connection, now - _LATE)
            beat = last_beat(connection, "dispatcher")
            return Overview(
                late=late,
                latest=now - oldest if oldest else timedelta(),
                blocked=store.count(connection, _S.BLOCKED),
                unknown=store.count(connection, _S.UNKNOWN),
                failed=store.count(connection, _S.FAILED),
                beat=now - beat if beat else None,
            )

        return await self._database.read(look)

    async def titles(self, plan_ids: Collection[str]) -> dict[str, str]:
        """What each plan publishes, by the plan's id; unknown ids are left out."""
        return await self._database.read(lambda c: store.titles_of(c, plan_ids))
