"""An installation with two years of rows, and what archives them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, update

from app.archiving import kept_kinds
from hub.kernel.archiving.service import Archiving
from hub.kernel.archiving.tables import archives as made_before
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.rows import stored
from hub.publishing.recall.tables import followups
from tests.app.stocked import stock

__all__ = ["NOW", "archiving", "count", "counts", "finish", "stock_database"]

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def archiving(database: Database, folder: Path, days: int = 365) -> Archiving:
    return Archiving(
        database=database,
        clock=ManualClock(NOW),
        folder=folder,
        zone=ZoneInfo("Asia/Shanghai"),
        kinds=kept_kinds(),
        periods={kept.name: timedelta(days=days) for kept in kept_kinds()},
    )


async def stock_database(database: Database) -> None:
    def work(tx: Any) -> None:
        stock(tx.connection)
        tx.execute(delete(made_before))

    await database.write(work, audited=False)


async def finish(database: Database) -> None:
    """End what is under way, so that months are finished; one delivery follows up another."""
    ended: dict[str, dict[str, Any]] = {
        "deliveries": {"state": "verified"},
        "signals": {"state": "placed"},
        "inbound_messages": {"state": "answered", "masked_at": 5},
        "attempts": {"outcome": "accepted"},
    }
    tables = {kept.table.name: stored(kept.table) for kept in kept_kinds()}

    def work(tx: Any) -> None:
        for name, values in ended.items():
            tx.execute(update(tables[name]).values(**values))
        first = select(func.min(followups.c.delivery_id)).scalar_subquery()
        tx.execute(delete(followups).where(followups.c.delivery_id != first))

    await database.write(work, audited=False)


async def counts(database: Database) -> dict[str, int]:
    return {kept.name: await count(database, kept.table) for kept in kept_kinds()}


async def count(database: Database, table: Any) -> int:
    query = select(func.count()).select_from(table)
    return await database.read(lambda c: int(c.execute(query).scalar_one()))
