"""Looking at the ledger; nothing is changed here."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.kernel.errors import NotFound, Words
from hub.kernel.events import chain_head
from hub.organisations.authority.sight import Sight
from hub.publishing.board import store
from hub.publishing.board.models import Counts, Line, Looked, Page, Standing
from hub.publishing.store import last_beat

__all__ = ["DeliveryBoard"]

_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_AFTER = re.compile(r"(?:\d{1,18}\.)?[0-9A-HJKMNP-TV-Z]{26}")
_LATE = timedelta(minutes=1)


class DeliveryBoard:
    """Everything is of the accounts in a person's sight, which `Sights` tells."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def page(self, looked: Looked, sight: Sight) -> Page:
        """What is to come by its due time, everything else the newest first. An `after` that is
        no page's end begins anew."""
        if not _AFTER.fullmatch(looked.after):
            looked = replace(looked, after="")

        def look(connection: Connection) -> Page:
            few = store.few_accounts(connection, sight, looked.channel)
            return store.page_of(connection, looked, sight, few)

        return await self._database.read(look)

    async def line(self, delivery_id: str, sight: Sight) -> Line:
        """One delivery; NotFound where there is none in sight."""
        found = None
        if _ID.fullmatch(delivery_id):
            found = await self._database.read(lambda c: store.line_of(c, delivery_id))
        if found is None or not (sight.whole or found.body_id in sight.bodies):
            raise NotFound(
                Words(f"没有投递 {delivery_id}", f"no delivery {delivery_id}"), field="delivery"
            )
        return found

    async def standing(self, sight: Sight) -> Standing:
        """How many there are in which state now, and whether they go out in time."""
        now = self._clock.now()

        def look(connection: Connection) -> Standing:
            late, oldest = store.late(connection, sight, now - _LATE)
            beat = last_beat(connection, "dispatcher")
            return Standing(
                counts=Counts(store.count_by_state(connection, sight)),
                late=late,
                latest=now - oldest if oldest else timedelta(),
                beat=now - beat if beat else None,
            )

        return await self._database.read(look)

    async def reached(self) -> int:
        """A number that grows with every change of anything."""
        return await self._database.read(lambda c: chain_head(c)[0])
