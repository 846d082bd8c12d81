"""gongkai review clocks, explain: time limits, and how each was counted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.item import ItemName, KeyBody, find_item
from app.cli.review import app as reviews
from app.compose import Hub
from hub.review.clocks.explaining import STANDING_WORDS, local
from hub.review.clocks.models import Standing
from hub.review.clocks.service import ItemClock


@reviews.command("clocks")
def clocks(
    body: Annotated[str, typer.Option(help="单位代码，含下级 / body, with those below")] = "",
    standing: Annotated[
        list[Standing] | None, typer.Option(help="只列这些状态 / only these")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 100,
    as_json: JsonOption = False,
) -> None:
    """待公开信息的时限，先届满的在前 / time limits, those that end first in front"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        body_id = (await hub.organisations.body(body)).id if body else ""
        found = await hub.clocks.list(body_id=body_id, standings=standing or (), limit=limit)
        return [_told(one) for one in found]

    emit(run(work, as_json=as_json), as_json, _show_list)


@reviews.command("explain")
def explain(item: ItemName, body: KeyBody = "", as_json: JsonOption = False) -> None:
    """一条信息的时限如何计算 / how the limit of one item was counted"""

    async def work(hub: Hub) -> dict[str, Any]:
        found = await find_item(hub, item, body)
        return _told(await hub.clocks.explain(found.id))

    emit(run(work, as_json=as_json), as_json, _show_one)


def _told(one: ItemClock) -> dict[str, Any]:
    clock = one.clock
    return {
        "item_id": one.item_id,
        "title": one.title,
        "unit": one.unit,
        "kind": clock.kind if clock else None,
        "standing": one.standing,
        "started_at": clock.started_at if clock else None,
        "started_on": clock.started_on if clock else None,
        "due_at": clock.due_at if clock else None,
        "published_at": one.published_at,
        "counted": asdict(clock.counted) if clock and clock.counted else None,
        "words": asdict(one.words),
    }


def _show_list(rows: list[dict[str, Any]]) -> Table:
    table = Table(
        Column("编号 / id", no_wrap=True, min_width=26),
        "标题 / title",
        "责任单位 / unit",
        "届满 / ends",
        "状态 / standing",
    )
    for row in rows:
        due = local(row["due_at"]) if row["due_at"] else "—"
        state = str(STANDING_WORDS[row["standing"]])
        table.add_row(row["item_id"], Text(row["title"]), Text(row["unit"]), due, state)
    return table


def _show_one(data: dict[str, Any]) -> RenderableType:
    words = data["words"]
    state = STANDING_WORDS[data["standing"]]
    return Group(Text(f"{data['title']}：{state}"), Text(words["zh"]), Text(words["en"]))
