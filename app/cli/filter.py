"""gongkai filter: the filters that somebody keeps for the console's lists."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import parse_qsl

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.handling import filters_of
from hub.organisations.filters.models import SavedFilter

app = typer.Typer(no_args_is_help=True, help="常用筛选 / saved filters")

Page = Annotated[str, typer.Argument(help="列表，如 /items / a list's path")]
Name = Annotated[str, typer.Argument(help="名称 / name")]


@app.command("list")
def list_filters(
    page: Annotated[str, typer.Option(help="只看一个列表 / of one list")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """本人保存的筛选 / one's own"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [asdict(one) for one in await filters_of(hub).find(acting(actor), page)]

    emit(run(work, as_json=as_json), as_json, _show)


@app.command("save")
def save(
    page: Page,
    name: Name,
    query: Annotated[str, typer.Argument(help="筛选，如 state=approved&q=停车 / as in an address")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """保存；同名即替换 / keep it; the same name replaces it"""

    async def work(hub: Hub) -> SavedFilter:
        return await filters_of(hub).save(acting(actor), page, name, dict(parse_qsl(query)))

    emit(run(work, as_json=as_json), as_json, lambda one: Text(f"{one.page}  {one.name}"))


@app.command("drop")
def drop(page: Page, name: Name, actor: Actor = "", as_json: JsonOption = False) -> None:
    """删除 / drop it"""

    async def work(hub: Hub) -> dict[str, str]:
        await filters_of(hub).drop(acting(actor), page, name)
        return {"page": page, "name": name}

    emit(run(work, as_json=as_json), as_json, lambda one: Text(f"已删除 {one['name']}"))


def _show(rows: list[dict[str, Any]]) -> RenderableType:
    table = Table("列表 / page", "名称 / name", "筛选 / query")
    for row in rows:
        table.add_row(row["page"], row["name"], row["query"])
    return table
