"""gongkai item export: the catalogue as a file, whole or what changed since."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, TextIO

import msgspec
import typer
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.item import app as items
from app.compose import Hub
from hub.catalogue import exporting
from hub.catalogue.exporting import Form
from hub.kernel.errors import InvalidInput, Words


@items.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="写入的文件，- 为标准输出 / - writes to stdout")],
    form: Annotated[
        Form, typer.Option(help="jsonl、csv，或 DCAT 的 JSON-LD / or DCAT as JSON-LD")
    ] = Form.JSONL,
    everything: Annotated[
        bool, typer.Option("--all", help="连同未公开的 / with what is not public")
    ] = False,
    since: Annotated[
        int | None,
        typer.Option(
            min=0, help="只要该序号之后的变更，撤下的为墓碑 / changes after, as JSON Lines"
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """导出目录；默认只含公众可见的 / export the catalogue, only what the public sees by default"""
    if since is not None and (form is not Form.JSONL or everything):
        raise InvalidInput(
            Words("变更只以 JSON Lines 导出公开的信息", "changes are JSON Lines of what is public"),
            field="since",
            remedy=Words("去掉 --form 与 --all", "leave out --form and --all"),
        )

    async def work(hub: Hub) -> dict[str, int]:
        with _opened(file) as out:
            if since is not None:
                return await _changes(hub, out, since)
            return await _whole(hub, out, form, everything)

    done = run(work, as_json=as_json)
    if str(file) != "-":
        emit(done, as_json, lambda told: Text(_said(told)))


def _said(done: dict[str, int]) -> str:
    words = {"items": "信息 / items", "tombstones": "墓碑 / tombstones", "seq": "序号 / seq"}
    return "，".join(f"{words[name]} {count}" for name, count in done.items())


def _opened(file: Path) -> nullcontext[TextIO] | TextIO:
    if str(file) == "-":
        return nullcontext(sys.stdout)
    try:
        return file.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise InvalidInput(
            Words(f"写不了 {file}", f"cannot write {file}"),
            field="file",
            remedy=Words("检查目录与权限", "check the folder and that you may write there"),
        ) from error


async def _whole(hub: Hub, out: TextIO, form: Form, everything: bool) -> dict[str, int]:
    site, today, count = hub.settings.site_url, hub.catalogue.today(), 0
    roots = [body for body in await hub.organisations.bodies() if body.parent_id is None]
    out.write(exporting.start_of(form, site, roots[0].name if roots else ""))
    async for page in hub.catalogue.pages(everything=everything):
        out.writelines(exporting.lines_of(form, page, site, today, first=count == 0))
        count += len(page)
    out.write(exporting.end_of(form))
    return {"items": count}


async def _changes(hub: Hub, out: TextIO, since: int) -> dict[str, int]:
    site, today = hub.settings.site_url, hub.catalogue.today()
    counts = {"items": 0, "tombstones": 0, "seq": since}
    async for seq, shown, item in hub.catalogue.changes(since):
        counts["seq"] = seq
        if shown is not None:
            counts["items"] += 1
            told = exporting.record_of(shown, site, today) | {"seq": seq}
        elif item.published_at is not None:
            counts["tombstones"] += 1
            told = exporting.tombstone(item, seq)
        else:
            continue
        out.write(msgspec.json.encode(told).decode() + "\n")
    return counts
