"""Whose time limits end next, and who signs for whom while they are away."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from hub.kernel.clock import instant_of_wall_time
from hub.kernel.errors import Conflict, Forbidden, GongkaiError, InvalidInput, Words
from hub.organisations.errors import UnknownBody, UnknownPerson
from hub.organisations.models import Role
from hub.review.models import STEP_ROLES
from web.console.call import Call
from web.console.looking import looking
from web.statuses import status_of

__all__ = ["ask", "delegate", "revoke", "shown"]

_CLOCKS = 100
_SIGNING = frozenset(STEP_ROLES.values())


async def shown(call: Call) -> web.StreamResponse:
    return await _page(call)


async def ask(call: Call) -> web.StreamResponse:
    return await _form(call)


async def delegate(call: Call) -> web.StreamResponse:
    """Their own signature only, which the service asks about."""
    try:
        role = call.text("role")
        if role not in set(Role):
            raise InvalidInput(Words("请选择角色", "choose a role"), field="role")
        since = call.text("since")
        await call.desk.delegations.delegate(
            role=Role(role),
            body_code=call.text("body"),
            to=call.text("to").strip(),
            since=_instant(call, since, "since") if since else None,
            until=_instant(call, call.text("until"), "until"),
            reason=call.text("reason").strip(),
            actor=call.login,
        )
    except (InvalidInput, UnknownBody, UnknownPerson, Conflict, Forbidden) as error:
        return await _form(call, error)
    return call.go("/settings/groups/reviews", said="delegated")


async def revoke(call: Call) -> web.StreamResponse:
    """By the delegator or an administrator of the body, which the service asks about."""
    await call.desk.delegations.revoke(call.request.match_info["id"], actor=call.login)
    return call.go("/settings/groups/reviews", said="revoked")


async def _form(call: Call, problem: GongkaiError | None = None) -> web.Response:
    known = {one.id: one for one in await call.desk.organisations.bodies()}
    own = {known[body_id]: roles & _SIGNING for body_id, roles in call.visitor.roles.items()}
    return call.page(
        "groups/delegate",
        status=status_of(problem) if problem else 200,
        own_roles=sorted(frozenset().union(*own.values())),
        own_bodies=[body for body, roles in own.items() if roles],
        given=call.form,
        problem=problem,
    )


async def _page(call: Call) -> web.Response:
    seen, desk = await looking(call), call.desk
    chosen = next((one.id for one in seen.bodies if one.code == seen.body), "")
    absences = [
        row
        for row in await desk.delegations.absences(body_id=chosen)
        if row[0].body_id in seen.sight.bodies
    ]
    readable = await desk.doors.readable(call.login)
    clocks = [
        one
        for one in await desk.clocks.list(body_id=chosen, limit=_CLOCKS)
        if one.body_id in readable
    ]
    return call.page(
        "groups/reviews",
        absences=absences,
        clocks=clocks,
        bodies=seen.bodies,
        query={"body": seen.body},
        signing=call.visitor.holds(_SIGNING),
    )


def _instant(call: Call, text: str, field: str) -> datetime:
    try:
        wall = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise InvalidInput(
            Words("请填写日期和时间", "give a day and a time"),
            field=field,
            remedy=Words("如 2026-12-01 18:00", "such as 2026-12-01 18:00"),
        ) from None
    return instant_of_wall_time(wall, call.desk.zone)
