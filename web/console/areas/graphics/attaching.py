"""From the editor into the item: looked at once more with its alternative texts, then attached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from hub.catalogue.models import Item
from hub.kernel.errors import GongkaiError
from web.console.areas.graphics.editing import editor, item_of, name_of
from web.console.areas.graphics.held import held_by
from web.console.areas.graphics.looking import channel_of, shown, texts_of
from web.console.areas.graphics.paths import data_of, plain_form
from web.console.call import Call
from web.console.looking import channel_titles
from web.statuses import status_of

__all__ = ["attach", "confirm"]

_ALT = "alt:"
_ALT_LENGTH = 1000


async def confirm(call: Call) -> web.StreamResponse:
    """The very pictures that will be attached, each with the alternative text it will have."""
    item = await item_of(call)
    data, name = data_of(call.form, call.desk.studio.schema()), name_of(call, item)
    if call.desk.studio.faults(data):
        return await editor(call, item, data, name=name, status=400)
    return await _asked(call, item, data, name)


async def attach(call: Call) -> web.StreamResponse:
    item = await item_of(call)
    data, name = data_of(call.form, call.desk.studio.schema()), name_of(call, item)
    if call.desk.studio.faults(data):
        return await editor(call, item, data, name=name, status=400)
    try:
        await call.desk.studio.attach(
            _opened_on(call, item),
            data,
            name=name,
            channel=channel_of(call),
            alts=_typed_alts(call),
            before=await held_by(call, item, name),
            actor=call.login,
        )
    except GongkaiError as error:
        return await _asked(call, item, data, name, error)
    return call.go(f"/graphics/{item.id}", said="attached")


async def _asked(
    call: Call,
    item: Item,
    data: Mapping[str, Any],
    name: str,
    problem: GongkaiError | None = None,
) -> web.StreamResponse:
    studio, channel = call.desk.studio, channel_of(call)
    try:
        drawn = await studio.slices(data, channel)
    except GongkaiError as error:
        return await editor(call, item, data, name=name, problem=error, status=status_of(error))
    origins = studio.origins(data, *await texts_of(call, item))
    held = {picture.sha256: picture.alt for picture in item.pictures}
    alts = {one.sha256: held.get(one.sha256) or one.alt for one in drawn} | _typed_alts(call)
    return call.page(
        "graphics/attach",
        status=status_of(problem) if problem else 200,
        item=item,
        name=name,
        exists=await held_by(call, item, name) is not None,
        pictures=shown(drawn),
        alts=alts,
        alt_length=_ALT_LENGTH,
        text=studio.text(data),
        missing=[one for one in origins if one.missing],
        fields=tuple(plain_form(data)),
        channel=channel,
        channel_title=channel_titles(call)[channel],
        base_version=call.text("base_version") or item.version,
        problem=problem,
    )


def _typed_alts(call: Call) -> dict[str, str]:
    return {
        name.removeprefix(_ALT): " ".join(call.text(name).split())[:_ALT_LENGTH]
        for name in call.form
        if name.startswith(_ALT)
    }


def _opened_on(call: Call, item: Item) -> Item:
    """The item with the version that the editor was opened on, which may be no longer its last."""
    base = call.text("base_version")
    return replace(item, version=int(base)) if base.isascii() and base.isdigit() else item
