"""Lists of items for those who may read them; nothing is changed here."""

from __future__ import annotations

import re

from sqlalchemy import Connection

from hub.catalogue import searching
from hub.catalogue.listing import store
from hub.catalogue.listing.models import Line, Wanted
from hub.kernel.database import Database

__all__ = ["Listing"]

_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


class Listing:
    """Who may read which body is asked before (`hub.review.doors`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, wanted: Wanted) -> list[Line]:
        """The newest first; the next page is `before` the last line's id."""
        return await self._database.read(lambda c: store.list_lines(c, wanted))

    async def known(self, ids: list[str], bodies: frozenset[str]) -> list[Line]:
        """The items by id, in that order, as far as they are of those bodies."""
        found = await self._database.read(lambda c: store.lines_by_ids(c, ids))
        return [line for line in found if line.body_id in bodies]

    async def named(self, text: str, bodies: frozenset[str]) -> list[Line]:
        """The items of those bodies that `text` names: by id, index number or document number."""

        def look(connection: Connection) -> list[Line]:
            typed = text.strip()
            if _ID.fullmatch(typed.upper()):
                return store.lines_by_ids(connection, [typed.upper()])
            ids = [item.id for item in searching.items_by_doc_no(connection, typed)]
            return [
                *store.lines_by_index_no(connection, bodies, typed),
                *store.lines_by_ids(connection, ids),
            ]

        found = await self._database.read(look)
        unique = {line.id: line for line in found if line.body_id in bodies}
        return list(unique.values())
