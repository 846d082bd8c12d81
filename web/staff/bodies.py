"""What the staff API does with bodies: the tree in sight, entering and changing one."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from hub.kernel.errors import InvalidInput, Words
from hub.organisations.errors import UnknownBody
from hub.organisations.models import Body, BodyKind, NewBody
from web.console.area import SUPERVISING
from web.console.governing import STEWARDS
from web.staff.desk import Call
from web.staff.telling import Told, told

__all__ = [
    "ChangeBody",
    "EnterBody",
    "StaffBodies",
    "StaffBody",
    "change_body",
    "enter_body",
    "get_body",
    "list_bodies",
]

Word = Annotated[str, Meta(max_length=64)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


class ChangeBody(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The whole body anew. `parent` is the code of the one above it; only a root, which the
    command line enters, has none. `org_code` is its number in index numbers."""

    name: Name
    kind: BodyKind
    parent: Word = ""
    region: Word = ""
    separate_author: bool = False
    org_code: Word = ""


class EnterBody(ChangeBody, forbid_unknown_fields=True, frozen=True, kw_only=True):
    code: Annotated[str, Meta(min_length=1, max_length=64)]


class StaffBody(Told, frozen=True, kw_only=True):
    """`parent` is the id of the body above it."""

    id: str
    code: str
    name: str
    kind: BodyKind
    region: str
    parent_id: str | None
    separate_author: bool
    org_code: str


class StaffBodies(Struct, frozen=True, kw_only=True):
    bodies: tuple[StaffBody, ...]


async def list_bodies(call: Call) -> StaffBodies:
    """Every body in the caller's sight."""
    await call.somewhere(SUPERVISING.roles)
    sight = await call.services.sights.of(call.login)
    found = await call.services.organisations.bodies()
    return StaffBodies(
        bodies=tuple(told(StaffBody, one) for one in found if one.id in sight.bodies)
    )


async def get_body(call: Call) -> StaffBody:
    await call.somewhere(SUPERVISING.roles)
    return told(StaffBody, await _seen(call))


async def enter_body(call: Call) -> StaffBody:
    """Below one that the caller administers."""
    asked: EnterBody = call.told
    parent = await _parent(call, asked)
    await call.within(parent.id, STEWARDS)
    new = _given(asked, asked.code)
    return told(StaffBody, await call.services.organisations.add_body(new, actor=call.login))


async def change_body(call: Call) -> StaffBody:
    """Moving it asks for authority over its new parent, too."""
    asked: ChangeBody = call.told
    body = await _seen(call)
    await call.within(body.id, STEWARDS)
    if asked.parent or body.parent_id:
        parent = await _parent(call, asked)
        if parent.id != body.parent_id:
            await call.within(parent.id, STEWARDS)
    organisations = call.services.organisations
    await organisations.import_bodies([_given(asked, body.code)], actor=call.login)
    return told(StaffBody, await organisations.body(body.code))


async def _seen(call: Call) -> Body:
    """The body of the path; raises UnknownBody also for one that the caller does not see."""
    code = call.part("code")
    body = await call.services.organisations.body(code)
    if body.id not in (await call.services.sights.of(call.login)).bodies:
        raise UnknownBody(code)
    return body


async def _parent(call: Call, asked: ChangeBody) -> Body:
    if not asked.parent:
        raise InvalidInput(
            Words("须写明上级单位", "say which body is above it"),
            field="parent",
            remedy=Words(
                "最高一级单位用 gongkai body add 登记",
                "gongkai body add enters one without a parent",
            ),
        )
    return await call.services.organisations.body(asked.parent)


def _given(asked: ChangeBody, code: str) -> NewBody:
    return NewBody(
        code=code.strip(),
        name=asked.name.strip(),
        kind=asked.kind,
        region=asked.region.strip(),
        parent_code=asked.parent,
        separate_author=asked.separate_author,
        org_code=asked.org_code.strip(),
    )
