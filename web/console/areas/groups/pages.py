"""Named sets of accounts, and the tags that rules of them name."""

from __future__ import annotations

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.organisations.errors import AlreadyThere, UnknownBody
from hub.organisations.models import Selection
from web.console.call import Call
from web.console.governing import STEWARDS
from web.console.looking import channel_titles
from web.statuses import status_of

__all__ = ["add", "shown"]


async def shown(call: Call) -> web.StreamResponse:
    return await _page(call)


async def add(call: Call) -> web.StreamResponse:
    """By who administers every account that the group means: it also means those to come."""
    body = call.text("body")
    try:
        rule = Selection(
            channels=_channels(call),
            body_id=(await call.desk.organisations.body(body)).id if body else "",
            region=call.text("region").strip()[:64],
            tag=call.text("tag").strip()[:64],
        )
        if rule.body_id:
            await call.desk.doors.require_within_reach(
                call.login, rule.body_id, STEWARDS, attempt=call.attempt
            )
        else:
            await call.desk.doors.require_whole(call.login, STEWARDS, attempt=call.attempt)
        name = call.text("name").strip()[:100]
        await call.desk.organisations.add_group(name, actor=call.login, rule=rule)
    except (InvalidInput, AlreadyThere, UnknownBody) as error:
        return await _page(call, error)
    return call.go("/settings/groups", said="added")


async def _page(call: Call, problem: GongkaiError | None = None) -> web.Response:
    """How many accounts in sight each group means now."""
    desk = call.desk
    sight = await desk.sights.of(call.login)
    bodies = [one for one in await desk.organisations.bodies() if one.id in sight.bodies]
    return call.page(
        "groups/groups",
        status=status_of(problem) if problem else 200,
        groups=await desk.register.groups(sight),
        tags=await desk.register.tags(sight),
        names={one.id: one.name for one in bodies},
        bodies=bodies,
        channels=channel_titles(call),
        stewarding=call.visitor.holds(STEWARDS),
        given=call.form,
        problem=problem,
    )


def _channels(call: Call) -> tuple[str, ...]:
    name = call.text("channel")
    if name and name not in call.desk.channels:
        raise InvalidInput(Words("没有这个渠道", "no such channel"), field="channel")
    return (name,) if name else ()
