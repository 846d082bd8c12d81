"""One group: its name, its rule, who belongs to it by name, how many it means, and its end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web

from hub.kernel.errors import Conflict, GongkaiError, InvalidInput, Words
from hub.organisations.errors import UnknownAccount, UnknownBody
from hub.organisations.models import Account, Group, Selection
from hub.organisations.roster.models import Wanted
from web.console.call import Call
from web.console.governing import STEWARDS
from web.console.looking import channel_titles, require
from web.statuses import status_of

__all__ = ["change", "count", "delete", "find", "may_mean", "shown"]

_FOUND, _MEMBERS, _LONGEST = 30, 500, 64


async def shown(call: Call) -> web.StreamResponse:
    return await _page(call, await _group(call))


async def find(call: Call) -> web.StreamResponse:
    """Accounts in sight that could be named, for the form; with htmx those lines alone."""
    group = await _group(call)
    found = await _found(call, call.asked("q").strip()[:100])
    if call.partial:
        named = set(group.members)
        return call.page(
            "groups/_found",
            found=[one for one in found if one.id not in named],
            channels=channel_titles(call),
        )
    return await _page(call, group, found=found)


async def count(call: Call) -> web.StreamResponse:
    """How many accounts in sight the form means as it stands."""
    sight = await call.desk.sights.of(call.login)
    rule, members = await _typed(call)
    number = await call.desk.governing.groups.count(rule, members, sight)
    return call.page("groups/_count", number=number)


async def change(call: Call) -> web.StreamResponse:
    """By who administers what it means now and what it is to mean."""
    group = await _group(call)
    name = call.text("name")[:101]
    try:
        rule, members = await _typed(call)
        await may_mean(call, group.rule, group.members)  # of all, so none is out of their sight
        await may_mean(call, rule, members)
        await call.desk.governing.groups.change(
            group.id, name=name, rule=rule, members=members, actor=call.login
        )
    except (InvalidInput, Conflict, UnknownBody, UnknownAccount) as error:
        return await _page(call, replace(group, name=name), problem=error)
    return call.go(f"/settings/groups/{group.id}", said="changed")


async def delete(call: Call) -> web.StreamResponse:
    group = await _group(call)
    await may_mean(call, group.rule, group.members)
    try:
        await call.desk.governing.groups.delete(group.id, actor=call.login)
    except Conflict as error:
        return await _page(call, group, problem=error)
    return call.go("/settings/groups", said="deleted")


async def may_mean(call: Call, rule: Selection, members: tuple[str, ...]) -> None:
    """Raises RoleNeeded unless they administer every account that this means or will mean."""
    doors = call.desk.doors
    if rule.body_id:
        await doors.require_within_reach(call.login, rule.body_id, STEWARDS, attempt=call.attempt)
    elif rule != Selection():
        await doors.require_whole(call.login, STEWARDS, attempt=call.attempt)
    await require(call, frozenset(members), STEWARDS)


async def _typed(call: Call) -> tuple[Selection, tuple[str, ...]]:
    """The rule and the members of the form; raises InvalidInput, UnknownBody."""
    chosen = tuple(dict.fromkeys(call.chosen.get("channels", [])))
    for name in chosen:
        if name not in call.desk.channels:
            raise InvalidInput(Words("没有这个渠道", "no such channel"), field="channels")
    body = call.text("body")[:_LONGEST]
    rule = Selection(
        channels=chosen,
        body_id=(await call.desk.organisations.body(body)).id if body else "",
        region=call.text("region").strip()[:_LONGEST],
        tag=call.text("tag").strip()[:_LONGEST],
    )
    members = dict.fromkeys(one[:26] for one in call.chosen.get("members", []) if one)
    return rule, tuple(members)[:_MEMBERS]


async def _group(call: Call) -> Group:
    return await call.desk.governing.groups.get(call.request.match_info["id"])


async def _found(call: Call, text: str) -> tuple[Account, ...]:
    if not text:
        return ()
    sight = await call.desk.sights.of(call.login)
    page = await call.desk.register.page(Wanted(sight=sight, text=text, limit=_FOUND))
    return page.accounts


async def _page(
    call: Call,
    group: Group,
    *,
    found: tuple[Account, ...] = (),
    problem: GongkaiError | None = None,
) -> web.Response:
    desk, groups = call.desk, call.desk.governing.groups
    sight = await desk.sights.of(call.login)
    named = set(group.members)
    bodies = [one for one in await desk.organisations.bodies() if one.id in sight.bodies]
    code = next((one.code for one in bodies if one.id == group.rule.body_id), "")
    values: dict[str, Any] = {
        "members": [one for one in await groups.members(group) if one.body_id in sight.bodies],
        "hidden": len(named),
        "uses": await groups.uses(group),
        "number": await groups.count(group.rule, group.members, sight),
        "found": [one for one in found if one.id not in named],
        "q": call.asked("q")[:100],
    }
    values["hidden"] -= len(values["members"])
    return call.page(
        "groups/one",
        status=status_of(problem) if problem else 200,
        group=group,
        body=code,
        bodies=bodies,
        channels=channel_titles(call),
        tags=await desk.register.tags(sight),
        stewarding=call.visitor.holds(STEWARDS),
        problem=problem,
        **values,
    )
