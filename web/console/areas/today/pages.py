"""The first page: what waits for whoever looks, and whether publishing is well."""

from __future__ import annotations

from aiohttp import web

from hub.organisations.authority.rules import ENTERING, PLANNING
from hub.organisations.models import Role
from hub.publishing.incidents.models import Incident
from hub.publishing.overview.models import Overview
from hub.publishing.preflight.models import Listed
from hub.review.models import STEP_ROLES
from web.console.call import Call
from web.console.limits import limits_of

__all__ = ["today"]

_SHOWN = 8
_SIGNING = frozenset(STEP_ROLES.values())
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
        due=await limits_of(call, [one.item_id for one in waiting[:_SHOWN]]),
        returned=returned,
        overview=overview,
        incidents=incidents,
        problems=problems,
        bodies={body.id: body.name for body in await desk.organisations.bodies()},
        operating=operating,
        signing=bool(waiting) or call.visitor.holds(_SIGNING),
        entering=bool(returned) or call.visitor.holds(ENTERING),
    )
