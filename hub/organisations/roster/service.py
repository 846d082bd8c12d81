"""Looking through the register of accounts; nothing is changed here."""

from __future__ import annotations

import re
from dataclasses import replace

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.organisations import store as organisations
from hub.organisations.authority.sight import Sight
from hub.organisations.errors import UnknownAccount
from hub.organisations.models import Account
from hub.organisations.roster import store
from hub.organisations.roster.models import Page, Roster, Wanted

__all__ = ["Register"]

_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


class Register:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def page(self, wanted: Wanted) -> Page:
        """Accounts in the order of their names; an `after` that is no account begins anew."""
        if not _ID.fullmatch(wanted.after):
            wanted = replace(wanted, after="")
        now = self._clock.now()
        return await self._database.read(lambda c: store.page_of(c, wanted, now))

    async def roster(self, sight: Sight, channel: str = "") -> Roster:
        """How all accounts in sight stand, of one channel or all."""
        now = self._clock.now()
        return await self._database.read(lambda c: store.roster_of(c, sight, channel, now))

    async def account(self, account_id: str, sight: Sight) -> Account:
        """One account; UnknownAccount where there is none in sight."""
        if not _ID.fullmatch(account_id):
            raise UnknownAccount(account_id)
        found = await self._database.read(lambda c: organisations.get_account(c, account_id))
        if not sight.whole and found.body_id not in sight.bodies:
            raise UnknownAccount(account_id)
        return found
