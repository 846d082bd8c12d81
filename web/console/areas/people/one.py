"""One person: roles, sign-in, programs, what happened to them; entering one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.organisations.auditing.models import WantedEvents
from hub.organisations.errors import AlreadyThere, UnknownBody, UnknownPerson
from hub.organisations.models import Body, NewPerson, Role
from hub.organisations.personnel.models import Profile
from web.console.call import Call
from web.console.governing import STEWARDS
from web.console.kinds import kind_words
from web.statuses import status_of

__all__ = ["add", "body_of", "managed", "new", "profile_in_sight", "rename", "role_of", "shown"]

_EVENTS = 20


async def shown(call: Call) -> web.StreamResponse:
    return await _page(call, await profile_in_sight(call))


async def rename(call: Call) -> web.StreamResponse:
    """The name, or whether they may come in at all."""
    profile = await managed(call)
    login, personnel = profile.person.login, call.desk.governing.personnel
    try:
        if call.text("active"):
            active = call.text("active") == "yes"
            await personnel.switch(login, active=active, actor=call.login)
            return call.go(f"/settings/people/{login}", said="on" if active else "off")
        await personnel.rename(login, call.text("name"), actor=call.login)
    except InvalidInput as error:
        return await _page(call, profile, error)
    return call.go(f"/settings/people/{login}", said="renamed")


async def new(call: Call) -> web.StreamResponse:
    return await _form(call, {"body": call.asked("body")})


async def add(call: Call) -> web.StreamResponse:
    """With their first role, in a body that is administered here; the rest follows on the page."""
    try:
        body = await body_of(call, call.text("body"))
        role = role_of(call.text("role"))
        await call.desk.doors.require_within_reach(
            call.login, body.id, STEWARDS, attempt=call.attempt
        )
        person = NewPerson(
            login=call.text("login").strip(),
            name=call.text("name").strip(),
            roles=((body.code, role),),
        )
        await call.desk.organisations.add_person(person, actor=call.login)
    except (InvalidInput, AlreadyThere, UnknownBody) as error:
        return await _form(call, call.form, error)
    return call.go(f"/settings/people/{person.login}", said="added")


async def profile_in_sight(call: Call) -> Profile:
    """The person of the address, as far as one of their bodies is in sight; raises UnknownPerson.
    Who holds no role is seen by administrators."""
    login = call.request.match_info["login"]
    profile = await call.desk.governing.personnel.profile(login)
    sight = await call.desk.sights.of(call.login)
    seen = any(one.body.id in sight.bodies for one in profile.held)
    if not seen and (profile.held or not call.visitor.holds(STEWARDS)):
        raise UnknownPerson(login)
    return profile


async def managed(call: Call) -> Profile:
    """As above, once it is sure that they may manage that person; raises RoleNeeded."""
    profile = await profile_in_sight(call)
    await call.desk.doors.require_over(call.login, profile.person, attempt=call.attempt)
    return profile


async def body_of(call: Call, code: str) -> Body:
    if not code:
        raise InvalidInput(Words("请选择单位", "choose a body"), field="body")
    return await call.desk.organisations.body(code)


def role_of(text: str) -> Role:
    if text not in set(Role):
        raise InvalidInput(Words("请选择角色", "choose a role"), field="role")
    return Role(text)


async def _page(call: Call, profile: Profile, problem: GongkaiError | None = None) -> web.Response:
    desk, login = call.desk, profile.person.login
    about = WantedEvents(subject=profile.person.id, limit=_EVENTS)
    return call.page(
        "people/one",
        status=status_of(problem) if problem else 200,
        person=profile.person,
        held=profile.held,
        state=profile.sign_in,
        tokens=await desk.tokens.of(login) if profile.person.active else [],
        events=(await desk.governing.auditing.page(about)).events,
        actors=await desk.governing.auditing.actors_for(call.login),
        kinds=kind_words(),
        own=login == call.login,
        stewarding=call.visitor.holds(STEWARDS),
        problem=problem,
    )


async def _form(
    call: Call, given: Mapping[str, Any], problem: GongkaiError | None = None
) -> web.Response:
    sight = await call.desk.sights.of(call.login)
    bodies = [one for one in await call.desk.organisations.bodies() if one.id in sight.bodies]
    return call.page(
        "people/new",
        status=status_of(problem) if problem else 200,
        given=given,
        bodies=bodies,
        roles=list(Role),
        problem=problem,
    )
