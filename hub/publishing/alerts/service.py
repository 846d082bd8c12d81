"""The outbox of alerts as people look at it, and a word sent to try the addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, Words
from hub.kernel.events import Event
from hub.publishing.alerts import events, store
from hub.publishing.incidents.models import Alert
from hub.publishing.ports import Alerter

__all__ = ["AlertOutbox"]

_SHOWN = 20


class AlertOutbox:
    """`alerters` by names that are no secret."""

    def __init__(self, database: Database, clock: Clock, alerters: Mapping[str, Alerter]) -> None:
        self._database = database
        self._clock = clock
        self._alerters = alerters

    async def newest(self) -> list[Alert]:
        return await self._database.read(lambda c: store.newest_alerts(c, _SHOWN))

    async def unsent(self) -> int:
        return await self._database.read(store.count_unsent)

    async def try_out(self, actor: str) -> dict[str, bool]:
        """Tell every address that this is a test; which of them took it, by name.

        The outcome is recorded after the calls: none is made in a transaction. Raises Conflict
        where there is no address.
        """
        if not self._alerters:
            raise Conflict(
                Words("没有设置告警地址", "no alert address is set"),
                field="alert_urls",
                remedy=Words("设置 GONGKAI_ALERT_URLS 后重启", "set GONGKAI_ALERT_URLS, restart"),
            )
        title = "试发告警，无需处理 / A test, nothing is wrong"
        text = f"由 {actor} 试发 / sent by {actor} to try this address"
        told = await asyncio.gather(*(one.send(title, text) for one in self._alerters.values()))
        took = dict(zip(self._alerters, told, strict=True))
        at = self._clock.now()

        def work(tx: Transaction) -> None:
            tx.record(
                Event(kind=events.TRIED, subject="alerts", actor=actor, at=at, data={"took": took})
            )

        await self._database.write(work)
        return took
