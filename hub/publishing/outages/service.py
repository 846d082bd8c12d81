"""Outages: what fell due while nobody was there is shown, and goes when a person says so."""

from __future__ import annotations

from collections.abc import Callable

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import InvalidInput, Words
from hub.kernel.events import Event
from hub.organisations.authority.sight import Sight
from hub.publishing import events
from hub.publishing.outages import store
from hub.publishing.outages.models import Backlog

__all__ = ["Outages"]

_LONGEST_REASON = 500


class Outages:
    """One transaction per method; `sight` is whose accounts they are."""

    def __init__(
        self, database: Database, clock: Clock, on_change: Callable[[], None] = lambda: None
    ) -> None:
        self._database = database
        self._clock = clock
        self._on_change = on_change

    async def backlog(self, sight: Sight) -> Backlog:
        now = self._clock.now()
        return Backlog(tuple(await self._database.read(lambda c: store.held_of(c, sight, now))))

    async def count(self, sight: Sight) -> int:
        """How many are held."""
        return await self._database.read(lambda c: store.count_held(c, sight))

    async def release(
        self,
        sight: Sight,
        actor: str,
        reason: str,
        *,
        channel: str = "",
        account_id: str = "",
        plan_id: str = "",
        limit: int = 0,
    ) -> int:
        """Let a backlog go, of one channel, account or plan where it is named; with `limit` the
        most urgent and newest. How many. What is too late by then expires and is not sent.

        Raises InvalidInput without a `reason`, which the audit log keeps.
        """
        said = reason.strip()[:_LONGEST_REASON]
        if not said:
            raise InvalidInput(
                Words("请写明放行的理由", "say why it is let go"),
                field="reason",
                remedy=Words("如：机房恢复，内容仍有效", "such as: we are back, it still holds"),
            )
        now = self._clock.now()

        def work(tx: Transaction) -> int:
            ids = store.release(
                tx,
                sight,
                now,
                channel=channel,
                account_id=account_id,
                plan_id=plan_id,
                limit=limit,
            )
            if ids:
                data = {
                    "deliveries": ids,
                    "reason": said,
                    "channel": channel,
                    "account": account_id,
                }
                kind = events.RELEASED
                tx.record(Event(kind=kind, subject="backlog", actor=actor, at=now, data=data))
            return len(ids)

        count = await self._database.write(work)
        self._on_change()
        return count
