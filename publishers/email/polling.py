"""Letters to an account's mailbox, looked for once a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hub.conversation.models import Polled
from hub.kernel.clock import Clock
from hub.kernel.errors import Words
from hub.publishing.errors import Busy
from hub.publishing.ports import Access
from publishers.email.imap import Visit, mailbox_of, visit
from publishers.email.letters import arrival_of
from publishers.resting import rest_of
from publishers.wire import Wire

__all__ = ["EmailPoller"]

_POLL = "poll"
_REST = timedelta(seconds=60)
_LONGEST_S = 100.0  # of a whole visit: less than the lease of a look


class EmailPoller:
    """`Poller` of the accounts that set `receive` to `poll`. A mailbox is visited in a thread."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._clock = clock

    def rest(self, settings: Mapping[str, Any]) -> timedelta:
        return rest_of(settings, _REST)

    def wanted(self, settings: Mapping[str, Any]) -> bool:
        return settings.get("receive") == _POLL

    async def poll(self, access: Access, cursor: str) -> Polled:
        server = mailbox_of(access)
        since = (self._clock.now() - timedelta(days=2)).date()
        try:
            async with asyncio.timeout(_LONGEST_S):
                found: Visit = await asyncio.to_thread(visit, server, cursor, since)
        except TimeoutError:  # the thread ends by itself: each of its steps has a timeout
            raise Busy(
                Words("收信服务器过慢", "the mailbox is too slow"), platform_code="imap-slow"
            ) from None
        own = access.handle.strip()
        read = [arrival_of(mail.raw, own, mail.key) for mail in found.mails]
        return Polled(arrivals=tuple(one for one in read if one), cursor=found.cursor)

    async def close(self) -> None:
        """Nothing is held: every visit has a connection of its own."""
