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
from hub.publishing import store
from hub.publishing.models import Declaration, Quota
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
    """One recurring job; `declarations` are those of the installed channels."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        meter: Meter,
        declarations: Mapping[str, Declaration],
    ) -> None:
        self._database = database
        self._clock = clock
        self._meter = meter
        self._limited = {name: d for name, d in declarations.items() if d.quotas}

    async def measure(self) -> None:
        """Show the accounts of every channel with a quota by what is left in this period."""
        now = self._clock.now()
        self._meter.show_quota(await self._database.read(lambda c: self._count(c, now)))

    def _count(self, connection: Connection, now: datetime) -> Mapping[tuple[str, str], int]:
        counts: Counter[tuple[str, str]] = Counter()
        for channel, declaration in self._limited.items():
            found = organisations.select_accounts(connection, Selection(channels=(channel,)))
            ids = [account.id for account in found]
            for quota in declaration.quotas:
                spent = _spent(connection, ids, quota, now)
                counts.update((channel, left_of(quota, spent.get(one, 0))) for one in ids)
        return counts


def _spent(
    connection: Connection, ids: Iterable[str], quota: Quota, now: datetime
) -> dict[str, int]:
    since, until = quota_period(quota, now)
    spent: dict[str, int] = {}
    rest = iter(ids)
    while batch := list(islice(rest, _AT_ONCE)):
        spent |= store.spent(connection, batch, since, until)
    return spent
