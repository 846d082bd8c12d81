"""Accounts whose platform does not call: asked in turn, each no more often than its budget allows.

What a look brings is durable before the cursor moves, so a crash in between brings it again, and
a message that comes again is known.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Protocol

import structlog

from hub.conversation import store
from hub.conversation.models import Answer, Arrival
from hub.conversation.ports import Poller
from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.kernel.errors import GongkaiError, InvalidInput
from hub.organisations.models import Account
from hub.publishing.ports import Access

__all__ = ["Polling"]

_log = structlog.get_logger(__name__)
_LEASE = timedelta(minutes=2)
_KNOWN_S = 30.0  # how long the list of accounts is taken as it was
_AT_ONCE = 32


class _Take(Protocol):
    async def __call__(
        self, channel: str, account_id: str, arrival: Arrival, *, within: float = 0.0
    ) -> Answer | None: ...


class Polling:
    """`look` is called often and returns at once; looks go on beside it, one per account."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        pollers: Mapping[str, Poller],
        accounts: Callable[[str], Awaitable[Sequence[Account]]],
        access: Callable[[Account], Access],
        take: _Take,
    ) -> None:
        self._database = database
        self._clock = clock
        self._pollers = pollers
        self._accounts = accounts
        self._access = access
        self._take = take
        self._listed: list[tuple[str, Account]] = []
        self._listed_at: float | None = None
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def look(self) -> int:
        """Begin with every account whose turn it may be; how many."""
        begun = 0
        for channel, account in await self._wanted():
            if account.id not in self._looking:
                task = asyncio.create_task(self._ask(channel, account), name="conversation-poll")
                self._looking[account.id] = task
                task.add_done_callback(partial(self._over, account.id))
                begun += 1
        return begun

    def _over(self, account_id: str, task: asyncio.Task[None]) -> None:
        self._looking.pop(account_id, None)
        if not task.cancelled() and (error := task.exception()):
            _log.error("conversation.poll", account=account_id, code=type(error).__name__)

    async def quiet(self) -> None:
        """Wait until every look that has begun is over."""
        await asyncio.gather(*self._looking.values())

    async def close(self) -> None:
        for task in tuple(self._looking.values()):
            task.cancel()
        await asyncio.gather(*self._looking.values(), return_exceptions=True)

    async def _wanted(self) -> list[tuple[str, Account]]:
        now = self._clock.monotonic()
        if self._listed_at is None or now - self._listed_at >= _KNOWN_S:
            self._listed_at = now
            self._listed = [
                (channel, account)
                for channel, poller in self._pollers.items()
                for account in await self._accounts(channel)
                if poller.wanted(account.settings)
            ]
        return self._listed

    async def _ask(self, channel: str, account: Account) -> None:
        poller = self._pollers[channel]
        async with self._places:
            now = self._clock.now()
            rested = now - poller.rest(account.settings)
            cursor = await self._database.write(
                lambda tx: store.claim_poll(tx, account.id, now, rested=rested, until=now + _LEASE),
                audited=False,
            )
            if cursor is None:
                return
            reached = None
            try:
                polled = await poller.poll(self._access(account), cursor)
                for arrival in polled.arrivals:
                    await self._keep(channel, account, arrival)
                reached = polled.cursor
            except GongkaiError as error:
                _log.warning(
                    "conversation.poll", channel=channel, account=account.id, code=error.code
                )
            end = self._clock.now()
            await self._database.write(
                lambda tx: store.keep_cursor(tx, account.id, reached, end), audited=False
            )

    async def _keep(self, channel: str, account: Account, arrival: Arrival) -> None:
        """What can be no message would be none the next time either: it must not hold up what
        stands behind it."""
        try:
            await self._take(channel, account.id, arrival)
        except InvalidInput as error:
            _log.warning(
                "conversation.refused", channel=channel, account=account.id, code=error.code
            )
