"""After a restart: which calls of a former life the limits still have to count.

Windows in memory die with their process. Without this a hub that is killed in the middle of a wave
would call its platforms as if it had not called them yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.kernel.errors import GongkaiError
from hub.organisations import store as organisations
from hub.organisations.models import Account
from hub.publishing.forecast.store import begun_since
from hub.publishing.ports import Outlet
from scheduler.intake import Intake
from scheduler.limits import Limiter

__all__ = ["remember"]

_Begun = Sequence[tuple[str, str, datetime]]


async def remember(
    limiter: Limiter,
    database: Database,
    clock: Clock,
    outlets: Mapping[str, Outlet],
    intake: Intake,
) -> int:
    """Fill the windows from the ledger, where they do not outlive the process by themselves; how
    many calls were counted."""
    longest = [rate.per for outlet in outlets.values() for rate in outlet.declaration.rates]
    if limiter.remembers or not longest:
        return 0
    limited = [name for name, outlet in outlets.items() if outlet.declaration.rates]
    since = clock.now() - max(longest)
    begun, accounts = await database.read(lambda c: _read(c, limited, since))
    for channel, account_id, at in begun:
        try:
            access = intake.access(accounts[account_id])
        except GongkaiError:  # nothing of it goes out now either
            continue
        limiter.recall(outlets[channel].declaration, access, at)
    return len(begun)


def _read(
    connection: Connection, channels: Sequence[str], since: datetime
) -> tuple[_Begun, Mapping[str, Account]]:
    begun = begun_since(connection, channels, since)
    return begun, organisations.get_accounts(connection, {account for _, account, _ in begun})
