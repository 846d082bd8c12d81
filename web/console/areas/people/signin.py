"""How somebody comes in: a new password, another authenticator, the end of a lock or of every
session. For who administers every body they work in."""

from __future__ import annotations

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput, NotFound, Words
from hub.organisations.personnel.models import Profile
from web.console.areas.people.one import managed
from web.console.call import Call
from web.statuses import status_of

__all__ = ["change", "shown"]


async def shown(call: Call) -> web.StreamResponse:
    return await _page(call, await managed(call))


async def change(call: Call) -> web.StreamResponse:
    """A password that was made is in this answer and nowhere else."""
    profile, act = await managed(call), call.text("act")
    login, factors = profile.person.login, call.desk.factors
    made = ""
    try:
        match act:
            case "password":
                made = await factors.give_password(login, actor=call.login)
            case "unenrol":
                await factors.unenrol(login, actor=call.login)
            case "unlock":
                await factors.unlock(login, actor=call.login)
            case "sign-out":
                await call.desk.sessions.sign_out_everywhere(login, actor=call.login)
            case _:
                raise InvalidInput(Words("没有这种操作", "no such action"), field="act")
    except (NotFound, InvalidInput) as error:
        return await _page(call, profile, problem=error)
    if made:
        return await _page(call, await managed(call), made=made)
    return call.go(f"/settings/people/{login}/sign-in", said=act)


async def _page(
    call: Call, profile: Profile, *, made: str = "", problem: GongkaiError | None = None
) -> web.Response:
    return call.page(
        "people/sign-in",
        status=status_of(problem) if problem else 200,
        person=profile.person,
        state=profile.sign_in,
        made=made,
        problem=problem,
    )
