"""Looking through the register of accounts; nothing is changed here."""

from __future__ import annotations

import re
from dataclasses import replace

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.organisations import store as organisations
from hub.organisations.authority.sight import Sight
from hub.organisations.errors import UnknownAccount
from hub.organisations.models import Account, FilingState, Group, Selection
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

    async def tags(self, sight: Sight, most: int = 200) -> list[tuple[str, int]]:
        """The commonest tags of the accounts in sight, with how many accounts have each."""
        return await self._database.read(lambda c: store.tags_of(c, sight, most))

    async def groups(self, sight: Sight) -> list[tuple[Group, int]]:
        """Every group with how many accounts in sight it means now."""

        def look(connection: Connection) -> list[tuple[Group, int]]:
            return [
                (one, store.count_selected(connection, Selection(group=one.name), sight))
                for one in organisations.list_groups(connection)
            ]

        return await self._database.read(look)

    async def filings(self, body_id: str) -> dict[FilingState, int]:
        """How the body's own accounts are filed."""
        return await self._database.read(lambda c: store.filings_of(c, body_id))

    async def account(self, account_id: str, sight: Sight) -> Account:
        """One account; UnknownAccount where there is none in sight."""
        if not _ID.fullmatch(account_id):
            raise UnknownAccount(account_id)
        found = await self._database.read(lambda c: organisations.get_account(c, account_id))
        if not sight.whole and found.body_id not in sight.bodies:
            raise UnknownAccount(account_id)
        return found
