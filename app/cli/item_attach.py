"""gongkai item attach, detach, attachments: the files that belong to an item."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.item import ItemName, KeyBody, find_item, read_bytes
from app.cli.item import app as items
from app.cli.rows import Actor, acting
from app.compose import Hub
from hub.catalogue.attachments.inspection import cleaned
from hub.catalogue.attachments.models import Kept
from hub.catalogue.models import Item


@items.command("attach")
def attach(
    item: ItemName,
    file: Annotated[
        Path,
        typer.Argument(help="pdf docx xlsx pptx ofd txt csv json doc xls png jpg gif"),
    ],
    name: Annotated[
        str,
        typer.Option(help="公众看到的文件名，默认原名 / the name people see, its own by default"),
    ] = "",
    clean: Annotated[
        bool, typer.Option("--clean", help="先去除作者等元数据 / without its makers' names")
    ] = False,
    body: KeyBody = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """附上文件，同名即替换；所藏内容送审时拦下 / attach a file, in the place of one of its name

    What a program, a macro, a password or a wrong name makes unfit is refused at once; what hides
    in the file is told here, and stops the item at submission until it is answered.
    """
    shown = name or file.name

    async def work(hub: Hub) -> dict[str, Any]:
        found = await find_item(hub, item, body)
        data = read_bytes(file)
        if clean:
            data = await asyncio.to_thread(cleaned, shown, data)
        return await _listed(
            hub, await hub.catalogue.attach(found.id, shown, data, actor=acting(actor))
        )

    emit(run(work, as_json=as_json), as_json, _show)


@items.command("detach")
def detach(
    item: ItemName,
    name: Annotated[str, typer.Argument(help="文件名或校验码 / its name or hash")],
    body: KeyBody = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """去掉一个附件；已公开的各版不变 / take a file off; versions already public keep it"""

    async def work(hub: Hub) -> dict[str, Any]:
        found = await find_item(hub, item, body)
        return await _listed(hub, await hub.catalogue.detach(found.id, name, actor=acting(actor)))

    emit(run(work, as_json=as_json), as_json, _show)


@items.command("attachments")
def attachments(
    item: ItemName,
    body: KeyBody = "",
    version: Annotated[int | None, typer.Option(min=1, help="第几版 / which version")] = None,
    as_json: JsonOption = False,
) -> None:
    """列出附件与其中所藏 / list the files of an item and what hides in them"""

    async def work(hub: Hub) -> dict[str, Any]:
        found = await find_item(hub, item, body)
        if version is not None:
            found = await hub.catalogue.version(found.id, version)
        return await _listed(hub, found)

    emit(run(work, as_json=as_json), as_json, _show)


async def _listed(hub: Hub, item: Item) -> dict[str, Any]:
    kept = await hub.catalogue.attachments(item.id, item.version)
    return {"item": item.id, "version": item.version, "attachments": [_told(one) for one in kept]}


def _told(kept: Kept) -> dict[str, Any]:
    about = kept.attachment
    return {
        "name": about.name,
        "sha256": about.sha256,
        "media_type": about.media_type,
        "size": about.size,
        "characters": kept.characters,
        "flaws": [
            {"name": f.name, "words": f.words, "grave": f.grave, "detail": f.detail}
            for f in kept.flaws
        ],
    }


def _show(told: dict[str, Any]) -> Table:
    table = Table(
        "文件 / file",
        "字节 / bytes",
        "文字 / characters",
        "所藏 / what hides",
        title=f"{told['item']} v{told['version']}",
    )
    for one in told["attachments"]:
        table.add_row(
            Text(one["name"]), f"{one['size']:,}", f"{one['characters']:,}", _flaws(one["flaws"])
        )
    return table


def _flaws(flaws: Sequence[dict[str, Any]]) -> Text:
    lines = (f"{'✗' if flaw['grave'] else '!'} {flaw['words']}" for flaw in flaws)
    return Text("\n".join(lines))
