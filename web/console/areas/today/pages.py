"""The first page: what waits for whoever looks, and whether publishing is well."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hub.opinion.cases.roles import ANSWERING, ROUTING
from hub.organisations.authority.rules import ENTERING
from hub.organisations.authority.sight import OPERATING
from hub.publishing.findings.models import Topic
from hub.review.models import STEP_ROLES
from web.console.call import Call
from web.console.limits import limits_of

__all__ = ["today"]

_SHOWN = 8
_SIGNING = frozenset(STEP_ROLES.values())
_CASES = ANSWERING | ROUTING


async def today(call: Call) -> web.StreamResponse:
    """Only what concerns the reader's roles: who signs sees no incidents, who operates does."""
    desk = call.desk
    waiting = await desk.queue.to_sign(call.login)
    returned = await desk.queue.returned(call.login, limit=_SHOWN)
    cases = await desk.listening.case_board.waiting(call.login, _SHOWN)
    shown = waiting[:_SHOWN]
    named = {one.body_id for one in shown} | {row.case.body_id for row in cases.rows}
    return call.page(
        "today/today",
        waiting=shown,
        waiting_count=len(waiting),
        due=await limits_of(call, [one.item_id for one in shown]),
        returned=returned,
        cases=cases,
        **await _publishing(call),
        bodies=await desk.organisations.body_names(named),
        signing=bool(waiting) or call.visitor.holds(_SIGNING),
        entering=bool(returned) or call.visitor.holds(ENTERING),
        answering=call.visitor.holds(_CASES),
    )


async def _publishing(call: Call) -> dict[str, Any]:
    """How it stands in the reader's sight; nothing of it for who does not operate."""
    if not call.visitor.holds(OPERATING):
        return {"standing": None, "incidents": [], "problems": [], "held": 0}
    sight = await call.desk.sights.of(call.login)
    return {
        "standing": await call.desk.board.standing(sight),
        "incidents": await call.desk.incidents.find(limit=_SHOWN),
        "problems": await call.desk.handling.findings.find(
            Topic.PREFLIGHT, sight, limit=_SHOWN, unanswered=True
        ),
        "held": await call.desk.handling.outages.count(await call.desk.sights.operated(call.login)),
    }
