"""Tells whoever measures how many accounts are short of quota, by channel and never by account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.kernel.meter import Meter
from hub.organisations import store as organisations
from hub.organisations.models import Selection
from hub.publishing.models import Quota
from hub.publishing.ports import ChannelBook
from hub.publishing.quota import store
from hub.publishing.rules import quota_period

__all__ = ["QuotaWatch", "left_of"]

_LOW = 0.2  # under a fifth left, a person should look before planning more
_AT_ONCE = 5_000  # well below both databases' limit of parameters in one statement


def left_of(quota: Quota, spent: int) -> str:
    """`none`, `low` or `enough`, as hub.kernel.meter.Meter wants it."""
    left = quota.count - spent
    if left <= 0:
        return "none"
    return "low" if left < quota.count * _LOW else "enough"


class QuotaWatch:
    """One recurring job over the accounts of the `channels` that are installed."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        meter: Meter,
        book: ChannelBook,
        channels: Iterable[str],
    ) -> None:
        self._database = database
        self._clock = clock
        self._meter = meter
        self._book = book
        self._channels = tuple(channels)

    async def measure(self) -> None:
        """Show the accounts of every channel with a quota by what is left in this period."""
        now = self._clock.now()
        self._meter.show_quota(await self._database.read(lambda c: self._count(c, now)))

    def _count(self, connection: Connection, now: datetime) -> Mapping[tuple[str, str], int]:
        counts: Counter[tuple[str, str]] = Counter()
        for channel in self._channels:
            for quota, ids in self._limited(connection, channel).items():
                spent = _spent(connection, ids, quota, now)
                counts.update((channel, left_of(quota, spent.get(one, 0))) for one in ids)
        return counts

    def _limited(self, connection: Connection, channel: str) -> dict[Quota, list[str]]:
        """The channel's accounts by the quota that holds for them."""
        limited: dict[Quota, list[str]] = {}
        for account in organisations.select_accounts(connection, Selection(channels=(channel,))):
            for quota in self._book.quotas(channel, account.settings):
                limited.setdefault(quota, []).append(account.id)
        return limited


def _spent(
    connection: Connection, ids: Iterable[str], quota: Quota, now: datetime
) -> dict[str, int]:
    starts_at, _ = quota_period(quota, now)
    spent: dict[str, int] = {}
    rest = iter(ids)
    while batch := list(islice(rest, _AT_ONCE)):
        spent |= store.used(connection, quota.kind, starts_at, batch)
    return spent
