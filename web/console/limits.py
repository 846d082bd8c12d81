"""When the statutory clocks of items end, for every page that shows a countdown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hub.kernel.errors import GongkaiError
from web.console.call import Call

__all__ = ["limits_of"]


async def limits_of(call: Call, item_ids: Iterable[str]) -> dict[str, datetime]:
    """The end of each item's clock by its id, where one runs."""
    found: dict[str, datetime] = {}
    for item_id in item_ids:
        try:
            told = await call.desk.clocks.explain(item_id)
        except GongkaiError:
            continue  # nothing is determined, so no clock runs
        if told.clock and told.clock.due_at and told.published_at is None:
            found[item_id] = told.clock.due_at
    return found
