"""What the public may ask. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.catalogue.classification.models import ThemeList
from hub.catalogue.classification.store import current_themes
from hub.catalogue.models import Item
from hub.catalogue.public import store
from hub.catalogue.public.errors import NotPublished
from hub.catalogue.public.models import (
    DayCount,
    Medium,
    Place,
    PublicFilter,
    PublicVersion,
    Related,
    ShelfCounts,
    Totals,
)
from hub.kernel.database import Database

__all__ = ["MOST", "PublicCatalogue", "Shown"]

MOST = 100  # items on a page


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An item as its page shows it. `versions` are newest first; the first is `item`'s when the
    current version was asked for."""

    item: Item
    versions: Sequence[PublicVersion]
    related: Sequence[Related]

    @property
    def current(self) -> bool:
        return self.item.version == self.item.public_version


class PublicCatalogue:
    """Reads only what `hub.catalogue.publication` made public."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, wanted: PublicFilter, *, after: Place | None = None, limit: int = 20
    ) -> list[Item]:
        """Newest first, at most 100."""
        most = max(1, min(limit, MOST))
        return await self._database.read(
            lambda c: store.list_public(c, wanted, after=after, limit=most)
        )

    async def item(self, item_id: str, version: int | None = None) -> Shown:
        """The public version, or an older one that was public; NotPublished, Withdrawn."""

        def work(connection: Connection) -> Shown:
            item = (
                store.get_public(connection, item_id)
                if version is None
                else store.get_public_version(connection, item_id, version)
            )
            return Shown(
                item=item,
                versions=store.public_versions(connection, item_id),
                related=store.related(connection, item_id),
            )

        return await self._database.read(work)

    async def items(self, ids: Collection[str]) -> Mapping[str, Item]:
        """Those of the items that the public sees, as it sees them now."""
        return await self._database.read(lambda c: store.public_items(c, ids))

    async def numbers(self, ids: Collection[str]) -> Mapping[str, int]:
        """Which version of each the public sees now; a withdrawn item has none."""
        return await self._database.read(lambda c: store.public_numbers(c, ids))

    async def totals(self) -> Totals:
        return await self._database.read(store.totals)

    async def themes(self) -> ThemeList:
        """The list of themes that holds now."""
        return await self._database.read(current_themes)

    async def shelf_counts(self) -> ShelfCounts:
        """How many public items each theme, each body and each genre has."""
        return await self._database.read(store.shelf_counts)

    async def day_counts(self) -> list[DayCount]:
        """How many items became public on each day, oldest first."""
        return await self._database.read(store.day_counts)

    async def on_day(
        self, day: date, *, offset: int = 0, limit: int = 50_000
    ) -> Sequence[tuple[str, datetime]]:
        """(id, last change) of what was first published on `day` in China."""
        return await self._database.read(
            lambda c: store.public_on(c, day, offset=offset, limit=limit)
        )

    async def media(self, item_id: str, sha256: str) -> tuple[Medium, bytes]:
        """A picture or file that a public version has, and its bytes; NotPublished."""

        def work(connection: Connection) -> tuple[Medium, bytes]:
            medium = store.public_media(connection, item_id).get(sha256)
            if medium is None:
                raise NotPublished
            return medium, catalogue.read_blob(connection, sha256)

        return await self._database.read(work)
