"""Who is alerted of what. The addresses are of the settings file; whom an alert names follows from
roles in the body that it is about, so that it changes with them."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from hub.kernel.errors import Conflict, GongkaiError
from hub.opinion.telling.teller import people_for
from hub.organisations.models import Role
from web.console.call import Call
from web.console.governing import STEWARDS
from web.console.looking import looking
from web.statuses import status_of

__all__ = ["attempt", "shown"]

# What is told, and by which roles the people are found whom it names; none: it names nobody.
# Sources: hub.publishing.incidents and reminders, hub.conversation.desk, hub.opinion.cases.
_ROUTES: tuple[tuple[str, tuple[Role, ...]], ...] = (
    ("incident", ()),
    ("signature", (Role.SECTION_HEAD,)),
    ("signature-late", (Role.LEADER, Role.DISCLOSURE_OFFICE)),
    ("desk-late", (Role.SECTION_HEAD, Role.LEADER)),
    ("proposal", ()),
    ("case-near", (Role.EDITOR, Role.CLERK, Role.SECTION_HEAD)),
    ("case-late", (Role.SECTION_HEAD, Role.LEADER)),
    ("case-day", (Role.DISCLOSURE_OFFICE,)),
)


async def shown(call: Call) -> web.StreamResponse:
    return await _page(call)


async def attempt(call: Call) -> web.StreamResponse:
    """A word to every address, for who administers all bodies; which of them took it is told."""
    await call.desk.doors.require_whole(call.login, STEWARDS, attempt=call.attempt)
    try:
        took = await call.desk.governing.alerting.outbox.try_out(call.login)
    except Conflict as error:
        return await _page(call, problem=error)
    return await _page(call, took=took)


async def _page(
    call: Call, *, took: Mapping[str, bool] | None = None, problem: GongkaiError | None = None
) -> web.Response:
    alerting, seen = call.desk.governing.alerting, await looking(call)
    chosen = next((one for one in seen.bodies if one.code == seen.body), None)
    chosen = chosen or (seen.bodies[0] if seen.bodies else None)
    body_id = chosen.id if chosen else ""
    names = await call.desk.database.read(
        lambda c: {role: people_for(c, body_id, (role,)) for role in Role}
    )
    return call.page(
        "alerts/home",
        status=status_of(problem) if problem else 200,
        alerting=alerting,
        routes=_ROUTES,
        names=names,
        chosen=chosen,
        bodies=seen.bodies,
        newest=await alerting.outbox.newest() if seen.sight.whole else [],
        unsent=await alerting.outbox.unsent(),
        stewarding=call.visitor.holds(STEWARDS),
        took=took,
        problem=problem,
    )
