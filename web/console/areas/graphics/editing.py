"""The editor: a form on the left, the picture on the right, drawn anew after every change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from aiohttp import web

from hub.catalogue.models import Item
from hub.kernel.errors import GongkaiError, InvalidInput
from hub.organisations.authority.rules import ENTERING
from web.console.areas.graphics.changing import changed, first_form, kinds_of
from web.console.areas.graphics.fields import groups_of
from web.console.areas.graphics.held import free_name, held_by, version_of
from web.console.areas.graphics.looking import Overtaken, channel_of, look_at, not_yet
from web.console.areas.graphics.paths import anchor, data_of
from web.console.call import Call
from web.console.looking import channel_titles
from web.statuses import status_of

__all__ = ["change", "download", "edit", "editor", "item_of", "look", "name_of"]

_OVERTAKEN = 204  # the browser changes nothing: the answer to a newer change is on its way


async def edit(call: Call) -> web.StreamResponse:
    """A graphic of the item (`name`, as of `version`), a draft by rules, or an empty one."""
    item = await item_of(call)
    name, number = call.asked("name")[:120], call.asked("version")[:6]
    if name:
        at = int(number) if number.isascii() and number.isdigit() else item.version
        data = await version_of(call, item, name, max(1, min(at, item.version)))
        return await editor(call, item, data, name=name)
    if call.asked("from") == "blank":
        return await editor(call, item, _blank(call, item), name=free_name(item))
    try:
        data = call.desk.studio.draft(item)
    except InvalidInput as error:
        return await editor(call, item, _blank(call, item), name=free_name(item), problem=error)
    return await editor(call, item, data, name=free_name(item))


async def change(call: Call) -> web.StreamResponse:
    """A button of the form: a block comes, goes, or changes its place."""
    item = await item_of(call)
    schema = call.desk.studio.schema()
    data, focus = data_of(call.form, schema), ""
    action = call.text("change")
    if action == "add:sections:":
        action += call.text("new_kind")
    if action:
        data, focus = changed(data, action, schema)
    return await editor(call, item, data, name=name_of(call, item), focus=focus)


async def look(call: Call) -> web.StreamResponse:
    """The picture and what is wrong, for the form as it stands."""
    item = await item_of(call)
    try:
        found = await look_at(call, item, data_of(call.form, call.desk.studio.schema()))
    except Overtaken:
        return web.Response(status=_OVERTAKEN)
    return call.page("graphics/_shown", item=item, look=found, **_choices(call))


async def download(call: Call) -> web.StreamResponse:
    """One of its forms as a file; nothing is stored."""
    item = await item_of(call)
    data = data_of(call.form, call.desk.studio.schema())
    name = name_of(call, item)
    if call.desk.studio.faults(data):
        return await editor(call, item, data, name=name, status=400)
    stem = name.removesuffix(".json")
    try:
        made = await call.desk.studio.download(data, call.text("wanted"), channel_of(call), stem)
    except GongkaiError as error:
        return await editor(call, item, data, name=name, problem=error, status=status_of(error))
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name)}",
        "Content-Type": made.content_type,
        "Content-Security-Policy": "sandbox",
    }
    return web.Response(body=made.data, headers=headers)


async def editor(
    call: Call,
    item: Item,
    data: Mapping[str, Any],
    *,
    name: str,
    focus: str = "",
    problem: GongkaiError | None = None,
    status: int = 200,
) -> web.StreamResponse:
    """The whole page. For htmx the form alone, at once: it asks for its picture itself."""
    found = not_yet(call) if call.partial else await look_at(call, item, data, whole=True)
    studio = call.desk.studio
    hero, sections, footer = groups_of(data, studio.schema())
    held = await held_by(call, item, name)
    return call.page(
        "graphics/_work" if call.partial else "graphics/editor",
        status=status,
        item=item,
        name=name,
        exists=held is not None,
        hero=hero,
        sections=sections,
        footer=footer,
        theme=data.get("theme", "gov-red"),
        themes=studio.themes(),
        icons=studio.icons(),
        kinds=kinds_of(studio.schema()),
        origins={one.path: one for one in found.origins},
        look=found,
        focus=focus,
        problem=problem,
        base_version=call.text("base_version") or item.version,
        **_choices(call),
    )


async def item_of(call: Call) -> Item:
    """The item that is drawn for; only who may enter for its body draws."""
    return await call.item(call.request.match_info["item"], ENTERING)


def name_of(call: Call, item: Item) -> str:
    """The name of the graphic's file, as typed; our own where nothing was."""
    typed = call.text("file_name").strip()[:100]
    if not typed:
        return free_name(item)
    return typed if typed.endswith(".json") else f"{typed}.json"


def _choices(call: Call) -> dict[str, Any]:
    return {"channels": sorted(channel_titles(call).items()), "anchor": anchor}


def _blank(call: Call, item: Item) -> dict[str, Any]:
    day = item.formed_on
    date = f"{day.year}年{day.month}月{day.day}日" if day else ""
    schema = call.desk.studio.schema()
    return first_form(item.title, item.issuer, item.doc_no, date, schema)
