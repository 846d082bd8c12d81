"""gongkai graphic attach: an infographic as pictures of an item, and its data as a file of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from app.cli.common import JsonOption, emit, run
from app.cli.graphic import Source, read_file
from app.cli.graphic import app as graphics
from app.cli.item import ItemName, KeyBody, find_item, show_one
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.graphic_attaching import attached
from graphics.infographic.reading import read
from graphics.infographic.slicing import render_slices


@graphics.command("attach")
def attach(
    item: ItemName,
    file: Source,
    instead: Annotated[
        bool, typer.Option("--replace", help="换下原有图片 / instead of the item's pictures")
    ] = False,
    body: KeyBody = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """图解切片连同替代文字附到信息上，数据作附件；一并签批

    Add an infographic's slices with their alt texts to an item's pictures and its data to the
    files, in one version: the signatures cover exactly these bytes.
    """

    async def work(hub: Hub) -> dict[str, Any]:
        found = await find_item(hub, item, body)
        data = read_file(file)
        slices = await render_slices(read(data))
        who = acting(actor)
        shown = await attached(hub.catalogue, found, slices, file.name, data, who, instead=instead)
        return {"item": shown, "versions": []}

    emit(run(work, as_json=as_json), as_json, show_one)
