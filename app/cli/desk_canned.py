"""gongkai desk canned: what a desk says often, bound to the items it rests on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.desk import canned_answers
from hub.conversation.desk.canned.models import CannedView, NewCanned

__all__ = ["canned"]

canned = typer.Typer(no_args_is_help=True, help="常用答复 / canned answers")

BodyCode = Annotated[str, typer.Argument(help="单位代码 / body")]
Key = Annotated[str, typer.Argument(help="键，如 备案卡 / key")]


@canned.command("list")
def list_canned(body: BodyCode, as_json: JsonOption = False) -> None:
    """在用的常用答复，及哪些暂不能用 / those in use, and what keeps one from being said"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        owner = await hub.organisations.body(body)
        return [_told(view) for view in await canned_answers(hub).listed(owner.id)]

    emit(run(work, as_json=as_json), as_json, _show)


@canned.command("set")
def set_canned(
    body: BodyCode,
    key: Key,
    text: Annotated[str, typer.Argument(help="答复内容 / the answer")],
    item: Annotated[list[str], typer.Option("--item", help="依据的信息编号，可多次 / rests on")],
    title: Annotated[str, typer.Option(help="标题，默认同键 / title")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """新增或改写，须依据现行公开信息 / make or rewrite one; what it rests on must hold"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        owner = await hub.organisations.body(body)
        new = NewCanned(body_id=owner.id, key=key, title=title or key, text=text, items=tuple(item))
        made = await canned_answers(hub).set(new, actor=acting(actor))
        return [_told(CannedView(canned=made, stale=None))]

    emit(run(work, as_json=as_json), as_json, _show)


@canned.command("retire")
def retire(body: BodyCode, key: Key, actor: Actor = "", as_json: JsonOption = False) -> None:
    """停用 / take it out of use"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        owner = await hub.organisations.body(body)
        gone = await canned_answers(hub).retire(owner.id, key, actor=acting(actor))
        return [_told(CannedView(canned=gone, stale=None))]

    emit(run(work, as_json=as_json), as_json, _show)


def _told(view: CannedView) -> dict[str, Any]:
    stale = asdict(view.stale) if view.stale else None
    return asdict(view.canned) | {"stale": stale}


def _show(rows: list[dict[str, Any]]) -> Table:
    table = Table("键 / key", "标题 / title", "内容 / text", "依据 / items", "不可用 / stale")
    for one in rows:
        stale = one["stale"]["zh"] if one["stale"] else ""
        table.add_row(*map(Text, (one["key"], one["title"], one["text"])),
                      Text("\n".join(one["items"])), Text(stale))  # fmt: skip
    return table
