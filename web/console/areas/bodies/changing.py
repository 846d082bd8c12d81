"""Entering a body below one that somebody administers, and changing one."""

from __future__ import annotations

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.organisations.errors import AlreadyThere, UnknownBody
from hub.organisations.models import Body, BodyKind, NewBody
from web.console.areas.bodies.pages import body_in_sight, show
from web.console.call import Call
from web.console.governing import STEWARDS
from web.statuses import status_of

__all__ = ["add", "change", "new"]


async def new(call: Call) -> web.StreamResponse:
    return await _form(call, {"parent": call.asked("parent")})


async def add(call: Call) -> web.StreamResponse:
    """A new body has a parent, which its author administers: a second root is the command
    line's business."""
    try:
        given = _given(call, call.text("code").strip())
        await _require(call, await _parent(call, given.parent_code))
        body = await call.desk.organisations.add_body(given, actor=call.login)
    except (InvalidInput, UnknownBody, AlreadyThere) as error:
        return await _form(call, call.form, error)
    return call.go(f"/settings/bodies/{body.code}", said="added")


async def change(call: Call) -> web.StreamResponse:
    """Moving a body asks for authority over its new parent too."""
    body = await body_in_sight(call)
    await _require(call, body)
    try:
        given = _given(call, body.code)
        if given.parent_code:
            parent = await _parent(call, given.parent_code)
            if parent.id != body.parent_id:
                await _require(call, parent)
        elif body.parent_id:
            raise _parent_needed()
        await call.desk.organisations.import_bodies([given], actor=call.login)
    except (InvalidInput, UnknownBody) as error:
        return await show(call, body, error)
    return call.go(f"/settings/bodies/{body.code}", said="changed")


async def _require(call: Call, body: Body) -> None:
    await call.desk.doors.require_within_reach(call.login, body.id, STEWARDS, attempt=call.attempt)


async def _parent(call: Call, code: str) -> Body:
    if not code:
        raise _parent_needed()
    return await call.desk.organisations.body(code)


def _given(call: Call, code: str) -> NewBody:
    kind = call.text("kind")
    if kind not in set(BodyKind):
        raise InvalidInput(Words("请选择类别", "choose a kind"), field="kind")
    return NewBody(
        code=code,
        name=call.text("name").strip(),
        kind=BodyKind(kind),
        region=call.text("region").strip(),
        parent_code=call.text("parent"),
        separate_author=bool(call.text("separate_author")),
        org_code=call.text("org_code").strip(),
    )


async def _form(call: Call, given: object, problem: GongkaiError | None = None) -> web.Response:
    return call.page(
        "bodies/new",
        status=status_of(problem) if problem else 200,
        given=given,
        choices=await call.desk.organisations.bodies(),
        kinds=list(BodyKind),
        problem=problem,
    )


def _parent_needed() -> InvalidInput:
    return InvalidInput(
        Words("请选择上级单位", "choose the parent body"),
        field="parent",
        remedy=Words(
            "最高一级单位用 gongkai body add 登记", "gongkai body add enters one without a parent"
        ),
    )
