"""Lists of the key areas on the shelves: the samples, public, and adjusted since."""

from __future__ import annotations

from hub.catalogue.keyareas.models import ListKey
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.ids import IdSource
from tests.web.portal.shelf import DATA, Librarian, Shelf

__all__ = ["LISTS", "add_lists"]

_SAMPLES = DATA.parent / "keyareas"
# the sample lists: of which body, of which year
LISTS = {
    "powers": ("519901", 0),
    "negatives": ("519900", 0),
    "projects": ("519900", 2026),
    "budgets": ("519901", 2026),
    "expenses": ("519901", 2026),
    "points": ("519900", 0),
}


class Clerk:
    """Prepares versions of lists and puts the items that carry them on the shelf."""

    def __init__(self, shelf: Shelf, database: Database, clock: ManualClock, ids: IdSource) -> None:
        self.shelf, self.areas = shelf, shelf.desk.keyareas
        self.librarian = Librarian(database, clock, ids)

    async def key(self, kind: str) -> ListKey:
        return await self.areas.key(kind, *LISTS[kind])

    async def publish(self, name: str, key: ListKey) -> None:
        made = await self.areas.import_file(_SAMPLES / f"{key.kind}.csv", key, actor="clerk")
        await self.show(name, made.version.id)

    async def amend(self, name: str, key: ListKey, progress: str, *, public: bool) -> None:
        rows = [{"code": "MS-2026-001", "progress": progress}]
        made = await self.areas.amend(key, rows, note=f"进度 {progress}", actor="clerk")
        if public:
            await self.show(name, made.version.id)
        else:
            item = await self.areas.propose(made.version.id, actor="clerk")
            self.shelf.items[name] = item

    async def show(self, name: str, version_id: str) -> None:
        item = await self.areas.propose(version_id, actor="clerk")
        self.shelf.items[name] = await self.librarian.show(item)


async def add_lists(shelf: Shelf, database: Database, clock: ManualClock, ids: IdSource) -> None:
    """Every sample is public, and expenses of the year before; the projects were adjusted since,
    and another adjustment is not signed yet."""
    clerk = Clerk(shelf, database, clock, ids)
    for kind in LISTS:
        await clerk.publish(kind, await clerk.key(kind))
    expenses, projects = await clerk.key("expenses"), await clerk.key("projects")
    before = await clerk.areas.key("expenses", LISTS["expenses"][0], expenses.year - 1)
    await clerk.publish("expenses-before", before)
    await clerk.amend("adjusted", projects, "65%", public=True)
    await clerk.amend("unsigned", projects, "70%", public=False)
