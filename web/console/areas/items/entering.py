"""Entering an item and editing it: the form, and what is wrong with what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiohttp import web

from hub.catalogue.models import Item
from hub.kernel.errors import GongkaiError, InvalidInput
from hub.organisations.authority.rules import ENTERING
from hub.organisations.models import Body
from web.console.areas.items.form import fields_of, first_fault, read_form, values_of
from web.console.call import Call
from web.statuses import status_of

__all__ = ["ask_edit", "ask_new", "take_edit", "take_new"]


async def ask_new(call: Call) -> web.StreamResponse:
    bodies = await _own_bodies(call)
    return await _form(call, bodies, {"body_code": bodies[0].code if bodies else ""})


async def take_new(call: Call) -> web.StreamResponse:
    bodies = await _own_bodies(call)
    read = await read_form(call, bodies, None)
    if read.draft is None:
        return await _form(call, bodies, call.form, problem=first_fault(read), faults=read.faults)
    about = {"attempt": call.attempt, "subject": read.draft.body_id}
    await call.desk.doors.require(call.login, read.draft.body_id, ENTERING, **about)
    try:
        item = await call.desk.catalogue.add(read.draft, actor=call.login)
    except GongkaiError as error:
        return await _form(call, bodies, call.form, problem=error)
    return call.go(f"/items/{item.id}", said="entered")


async def ask_edit(call: Call) -> web.StreamResponse:
    item = await call.item(call.request.match_info["item"], ENTERING)
    bodies = await call.desk.organisations.bodies()
    code = next(body.code for body in bodies if body.id == item.body_id)
    return await _form(call, bodies, values_of(item, code), item=item)


async def take_edit(call: Call) -> web.StreamResponse:
    """A new version of what was looked at; whoever edited meanwhile is not overwritten."""
    item = await call.item(call.request.match_info["item"], ENTERING)
    bodies = await call.desk.organisations.bodies()
    read = await read_form(call, bodies, item)
    if read.draft is None:
        problem, faults = first_fault(read), read.faults
        return await _form(call, bodies, call.form, item=item, problem=problem, faults=faults)
    base = call.text("base_version")
    try:
        await call.desk.catalogue.edit(
            item.id,
            read.draft,
            actor=call.login,
            base_version=int(base) if base.isascii() and base.isdigit() else item.version,
        )
    except GongkaiError as error:
        return await _form(call, bodies, call.form, item=item, problem=error)
    return call.go(f"/items/{item.id}", said="edited")


async def _own_bodies(call: Call) -> Sequence[Body]:
    """Those for which the reader may enter."""
    own = {body_id for body_id, held in call.visitor.roles.items() if held & ENTERING}
    return [body for body in await call.desk.organisations.bodies() if body.id in own]


async def _form(
    call: Call,
    bodies: Sequence[Body],
    values: Mapping[str, object],
    *,
    item: Item | None = None,
    problem: GongkaiError | None = None,
    faults: Sequence[InvalidInput] = (),
) -> web.Response:
    """The form, filled in as it was; each field says what is wrong with it."""
    listed = fields_of(bodies, new=item is None)
    names = {field.name for field in listed}
    return call.page(
        "items/form",
        status=status_of(problem) if problem else 200,
        item=item,
        fields=listed,
        values={name: values.get(name, "") for name in names},
        problem=problem,
        faults={fault.field: fault for fault in [*faults, *([problem] if problem else [])]},
        themes=await call.desk.catalogue.themes(),
        base_version=call.text("base_version") or (item.version if item else ""),
    )
