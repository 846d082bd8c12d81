"""Asks platforms until when accounts are authorised, so that a person renews in time.

Some platforms (Weibo) give a server no way to renew an authorisation: a person has to sign in
again. Knowing the day beforehand is the difference between a reminder and a failed wave.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event
from hub.organisations import events, store
from hub.organisations.models import Account, Selection
from hub.publishing.errors import DeliveryError, Unauthorised
from hub.publishing.ports import Access, Forecasting, Outlet

__all__ = ["AuthorisationWatch"]

_log = structlog.get_logger(__name__)
_ACTOR = "system:authorisations"
_ONCE_IN = timedelta(hours=20)  # a call counts against the account's daily limit
_PER_ROUND = 200
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class _Forecast:
    account: Account
    until: datetime | None
    dead: str = ""


class AuthorisationWatch:
    """One recurring job over the accounts of every outlet that can forecast."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outlets: Mapping[str, Outlet],
        access: Callable[[Account], Access],
    ) -> None:
        self._database = database
        self._clock = clock
        self._able = {n: o for n, o in outlets.items() if isinstance(o, Forecasting)}
        self._access = access
        self._asked: dict[str, datetime] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def look(self) -> int:
        """Ask about accounts not asked about today; how many were asked."""
        if not self._able:
            return 0
        chosen = Selection(channels=tuple(self._able))
        accounts = await self._database.read(lambda c: store.select_accounts(c, chosen))
        now = self._clock.now()
        due = [a for a in accounts if self._is_due(a, now)][:_PER_ROUND]
        self._asked |= {account.id: now for account in due}
        forecasts = await asyncio.gather(*(self._ask(account) for account in due))
        changed = [f for f in forecasts if f is not None and _is_news(f)]
        if changed:
            await self._database.write(lambda tx: self._record(tx, changed, now))
        return len(due)

    def _is_due(self, account: Account, now: datetime) -> bool:
        last = self._asked.get(account.id)
        return not account.needs_reconnecting and (last is None or now - last >= _ONCE_IN)

    async def _ask(self, account: Account) -> _Forecast | None:
        outlet = self._able[account.channel]
        async with self._slots:
            try:
                until = await outlet.authorised_until(self._access(account))
            except Unauthorised as error:
                return _Forecast(account, None, dead=str(error.words.zh))
            except DeliveryError as error:
                _log.info("authorisations.not-answered", account=account.id, error=error.code)
                return None
        return _Forecast(account, until)

    def _record(self, tx: Transaction, forecasts: list[_Forecast], now: datetime) -> None:
        for forecast in forecasts:
            account_id = forecast.account.id
            if forecast.dead:
                store.set_needs_reconnecting(tx, account_id, forecast.dead)
                kind, data = events.NEEDS_RECONNECTING, {"reason": forecast.dead}
            else:
                store.set_authorised_until(tx, account_id, forecast.until)
                until = forecast.until.isoformat() if forecast.until else None
                kind, data = events.ACCOUNT_CHANGED, {"authorised_until": until or ""}
            tx.record(Event(kind=kind, subject=account_id, actor=_ACTOR, at=now, data=data))


def _is_news(forecast: _Forecast) -> bool:
    """Platforms tell seconds left, so the moment wobbles; an hour is the least worth a row."""
    if forecast.dead:
        return True
    held = forecast.account.authorised_until
    if held is None or forecast.until is None:
        return held is not forecast.until
    return abs(held - forecast.until) > timedelta(hours=1)
