"""What the staff API does with groups of accounts: list, make, change, delete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Struct

from hub.organisations.models import Group, Role, Selection
from web.staff.desk import Call

__all__ = [
    "StaffAccountGroup",
    "StaffAccountGroups",
    "TellAccountGroup",
    "change_group",
    "delete_group",
    "list_groups",
    "make_group",
]

_STEWARDS = frozenset({Role.ADMIN})
Short = Annotated[str, Meta(max_length=64)]
Id = Annotated[str, Meta(min_length=1, max_length=26)]


class TellAccountGroup(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A rule (`channels`, `body` by its code with those below it, `region`, `tag`), accounts named
    one by one (`members`), or both."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    channels: Annotated[tuple[Short, ...], Meta(max_length=100)] = ()
    body: Short = ""
    region: Short = ""
    tag: Short = ""
    members: Annotated[tuple[Id, ...], Meta(max_length=500)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAccountGroup:
    """`accounts`: how many of the accounts in the caller's sight it means now."""

    id: str
    name: str
    channels: tuple[str, ...]
    body: str
    region: str
    tag: str
    members: tuple[str, ...]
    accounts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAccountGroups:
    groups: tuple[StaffAccountGroup, ...]


async def list_groups(call: Call) -> StaffAccountGroups:
    groups = await call.services.organisations.groups()
    return StaffAccountGroups(groups=tuple([await _told(call, one) for one in groups]))


async def make_group(call: Call) -> StaffAccountGroup:
    told: TellAccountGroup = call.told
    rule = await _rule(call, told)
    await _may_mean(call, rule, told.members)
    made = await call.services.organisations.add_group(
        told.name, actor=call.login, rule=rule, members=told.members
    )
    return await _told(call, made)


async def change_group(call: Call) -> StaffAccountGroup:
    """As a whole: what is not told is empty then."""
    told: TellAccountGroup = call.told
    held = await _group(call)
    rule = await _rule(call, told)
    await _may_mean(call, held.rule, held.members)
    await _may_mean(call, rule, told.members)
    changed = await call.services.groups.change(
        held.id, name=told.name, rule=rule, members=told.members, actor=call.login
    )
    return await _told(call, changed)


async def delete_group(call: Call) -> StaffAccountGroup:
    """Answers what it was; refused where something goes by it."""
    held = await _group(call)
    await _may_mean(call, held.rule, held.members)
    told = await _told(call, held)
    await call.services.groups.delete(held.id, actor=call.login)
    return told


async def _group(call: Call) -> Group:
    return await call.services.groups.get(call.request.match_info["group"])


async def _rule(call: Call, told: TellAccountGroup) -> Selection:
    organisations = call.services.organisations
    return Selection(
        channels=told.channels,
        body_id=(await organisations.body(told.body)).id if told.body else "",
        region=told.region,
        tag=told.tag,
    )


async def _may_mean(call: Call, rule: Selection, members: tuple[str, ...]) -> None:
    """Raises RoleNeeded unless the caller administers every account that this means or will."""
    doors, attempt = call.services.doors, call.attempt
    if rule.body_id:
        await doors.require_within_reach(call.login, rule.body_id, _STEWARDS, attempt=attempt)
    elif rule != Selection():
        await doors.require_whole(call.login, _STEWARDS, attempt=attempt)
    await call.operates(members, _STEWARDS)


async def _told(call: Call, one: Group) -> StaffAccountGroup:
    services = call.services
    sight = await services.sights.of(call.login)
    return StaffAccountGroup(
        id=one.id,
        name=one.name,
        channels=one.rule.channels,
        body=one.rule.body_id,
        region=one.rule.region,
        tag=one.rule.tag,
        members=one.members,
        accounts=await services.groups.count(one.rule, one.members, sight),
    )
