"""gongkai graphic attach: an infographic as pictures of an item, and its data as a file of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.common import JsonOption, emit, run
from app.cli.graphic import Source, read_file
from app.cli.graphic import app as graphics
from app.cli.item import ItemName, KeyBody, find_item, show_one
from app.cli.rows import Actor, acting
from app.compose import Hub
from graphics.infographic.reading import read
from graphics.infographic.slicing import Slice, render_slices
from hub.catalogue.models import Item, Picture
from hub.catalogue.rules import draft_of, with_attachment


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
        shown = await _attached(hub, found, slices, file, data, acting(actor), instead=instead)
        return {"item": shown, "versions": []}

    emit(run(work, as_json=as_json), as_json, show_one)


async def _attached(
    hub: Hub,
    item: Item,
    slices: Sequence[Slice],
    file: Path,
    data: bytes,
    actor: str,
    *,
    instead: bool,
) -> Item:
    """Raises StaleVersion where somebody else edited the item while this was drawn."""
    pictures = [
        await hub.catalogue.store_picture(one.picture, alt=one.alt, actor=actor) for one in slices
    ]
    kept = await hub.catalogue.store_attachment(file.name, data, actor=actor)
    draft = replace(
        draft_of(item),
        pictures=_with(() if instead else item.pictures, pictures),
        attachments=with_attachment(item.attachments, kept),
    )
    return await hub.catalogue.edit(item.id, draft, actor=actor, base_version=item.version)


def _with(held: tuple[Picture, ...], new: Sequence[Picture]) -> tuple[Picture, ...]:
    """The pictures, those that are new behind the others, each once."""
    hashes = {picture.sha256 for picture in new}
    return (*(picture for picture in held if picture.sha256 not in hashes), *new)
