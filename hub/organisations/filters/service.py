"""Saved filters: a person's own, of any list that has an address."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, InvalidInput, NotFound, Words
from hub.kernel.events import Event
from hub.organisations import store as organisations
from hub.organisations.filters import events, store
from hub.organisations.filters.models import MOST, SavedFilter
from hub.organisations.filters.rules import checked_name, query_of

__all__ = ["SavedFilters"]

_PAGE = re.compile(r"/[a-z][a-z0-9/-]{0,62}")


class SavedFilters:
    """One transaction per method; every one raises UnknownPerson."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def find(self, login: str, page: str = "") -> list[SavedFilter]:
        """Their filters of one page (a path such as `/items`), or of all, by name."""

        def look(connection: Connection) -> list[SavedFilter]:
            person = organisations.person_by_login(connection, login)
            return store.filters_of(connection, person.id, page)

        return await self._database.read(look)

    async def save(self, login: str, page: str, name: str, asked: Mapping[str, str]) -> SavedFilter:
        """Keep `asked` under a name; the same name replaces what it stood for.

        Raises InvalidInput for a name, page or filter that cannot be, Conflict beyond MOST.
        """
        if not _PAGE.fullmatch(page):
            raise InvalidInput(
                Words(f"没有列表“{page}”", f"no list '{page}'"),
                field="page",
                remedy=Words("如 /items", "such as /items"),
            )
        saved = SavedFilter(
            page=page, name=checked_name(name), query=query_of(asked), saved_at=self._clock.now()
        )

        def work(tx: Transaction) -> None:
            person = organisations.person_by_login(tx.connection, login)
            held = store.filters_of(tx.connection, person.id, page)
            if len(held) >= MOST and saved.name not in {one.name for one in held}:
                raise Conflict(
                    Words(f"该列表已有 {MOST} 个筛选", f"there are {MOST} for this list already"),
                    field="name",
                    remedy=Words("先删除一个不用的", "drop one that is not used"),
                )
            store.put(tx, person.id, saved)
            data = {"page": page, "name": saved.name, "query": saved.query}
            kind, at = events.FILTER_SAVED, saved.saved_at
            tx.record(Event(kind=kind, subject=person.id, actor=login, at=at, data=data))

        await self._database.write(work)
        return saved

    async def drop(self, login: str, page: str, name: str) -> None:
        """Raises NotFound."""

        def work(tx: Transaction) -> None:
            person = organisations.person_by_login(tx.connection, login)
            if not store.drop(tx, person.id, page, name):
                raise NotFound(Words(f"没有筛选“{name}”", f"no filter '{name}'"), field="name")
            data = {"page": page, "name": name}
            kind, at = events.FILTER_DROPPED, self._clock.now()
            tx.record(Event(kind=kind, subject=person.id, actor=login, at=at, data=data))

        await self._database.write(work)
