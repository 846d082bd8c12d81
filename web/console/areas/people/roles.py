"""What somebody may do in which body: given and taken back by who administers it."""

from __future__ import annotations

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput
from hub.organisations.errors import UnknownBody
from hub.organisations.models import Role
from hub.organisations.personnel.models import Profile
from web.console.areas.people.one import body_of, managed, role_of
from web.console.call import Call
from web.console.governing import STEWARDS
from web.statuses import status_of

__all__ = ["grant", "revoke", "shown"]


async def shown(call: Call) -> web.StreamResponse:
    return await _page(call, await managed(call))


async def grant(call: Call) -> web.StreamResponse:
    profile = await managed(call)
    try:
        body, role = await body_of(call, call.text("body")), role_of(call.text("role"))
        await _require(call, body.id)
    except (InvalidInput, UnknownBody) as error:
        return await _page(call, profile, error)
    login = profile.person.login
    await call.desk.organisations.grant(login, body.code, role, actor=call.login)
    return call.go(f"/settings/people/{login}/roles", said="granted")


async def revoke(call: Call) -> web.StreamResponse:
    profile = await managed(call)
    body, role = await body_of(call, call.text("body")), role_of(call.text("role"))
    await _require(call, body.id)
    login = profile.person.login
    await call.desk.organisations.revoke(login, body.code, role, actor=call.login)
    return call.go(f"/settings/people/{login}/roles", said="revoked")


async def _require(call: Call, body_id: str) -> None:
    await call.desk.doors.require_within_reach(call.login, body_id, STEWARDS, attempt=call.attempt)


async def _page(call: Call, profile: Profile, problem: GongkaiError | None = None) -> web.Response:
    sight = await call.desk.sights.of(call.login)
    bodies = [one for one in await call.desk.organisations.bodies() if one.id in sight.bodies]
    return call.page(
        "people/roles",
        status=status_of(problem) if problem else 200,
        person=profile.person,
        held=profile.held,
        bodies=bodies,
        roles=list(Role),
        given=call.form,
        problem=problem,
    )
