"""The first page: what waits for whoever looks, and whether publishing is well."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from hub.kernel.errors import GongkaiError
from hub.organisations.authority.rules import PLANNING
from hub.organisations.models import Role
from hub.publishing.incidents.models import Incident
from hub.publishing.overview.models import Overview
from hub.publishing.preflight.models import Listed
from hub.review.queue.models import Waiting
from web.console.call import Call

__all__ = ["today"]

_SHOWN = 8
OPERATING = PLANNING | {Role.DISCLOSURE_OFFICE}


async def today(call: Call) -> web.StreamResponse:
    """Only what concerns the reader's roles: who signs sees no incidents, who operates does."""
    desk = call.desk
    waiting = await desk.queue.to_sign(call.login)
    returned = await desk.queue.returned(call.login, limit=_SHOWN)
    operating = call.visitor.holds(OPERATING)
    overview: Overview | None = await desk.overviews.now() if operating else None
    incidents: list[Incident] = await desk.incidents.find(limit=_SHOWN) if operating else []
    problems: list[Listed] = await desk.preflight.problems(limit=_SHOWN) if operating else []
    return call.page(
        "today/today",
        waiting=waiting[:_SHOWN],
        waiting_count=len(waiting),
        due=await _limits(call, waiting[:_SHOWN]),
        returned=returned,
        overview=overview,
        incidents=incidents,
        problems=problems,
        bodies={body.id: body.name for body in await desk.organisations.bodies()},
        operating=operating,
    )


async def _limits(call: Call, waiting: list[Waiting]) -> dict[str, datetime]:
    """When the statutory clock of what waits ends, by the item's id, where one runs."""
    found: dict[str, datetime] = {}
    for one in waiting:
        try:
            told = await call.desk.clocks.explain(one.item_id)
        except GongkaiError:
            continue  # nothing is determined, so no clock runs
        if told.clock and told.clock.due_at:
            found[one.item_id] = told.clock.due_at
    return found
