"""gongkai account liveness: who is near the limit without an update, and what would suit."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from app.cli.account import app as account_noun
from app.cli.common import JsonOption, emit, run
from app.compose import Hub
from hub.organisations.models import Selection
from hub.publishing.liveness.models import Board, Life, Standing, Suggestion

__all__: list[str] = []

_MARKS = {Standing.OVER: "超期 / over", Standing.NEAR: "临近 / near"}


@account_noun.command("liveness")
def liveness(
    days: Annotated[
        int | None, typer.Option(min=1, max=3_650, help="期限天数，默认按设置 / the limit")
    ] = None,
    channel: Annotated[list[str] | None, typer.Option(help="渠道 / channel")] = None,
    body: Annotated[str, typer.Option(help="单位代码，含下级 / body, with those below")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="至多列出 / at most")] = 200,
    suggest: Annotated[int, typer.Option(min=0, max=20, help="每个账号的建议数 / items")] = 3,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="不用缓存 / look everything up now")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """临近或超过更新期限的账号与可发内容 / accounts without an update, and what suits"""

    async def work(hub: Hub) -> dict[str, Any]:
        selection = Selection(
            channels=tuple(channel or ()),
            body_id=(await hub.organisations.body(body)).id if body else "",
        )
        board = await hub.liveness.board(
            days=days, selection=selection, limit=limit, suggest=suggest, fresh=fresh
        )
        return _told(board)

    emit(run(work, as_json=as_json), as_json, _show)


def _told(board: Board) -> dict[str, Any]:
    totals = {standing.value: 0 for standing in Standing}
    for (_, standing), count in board.counts.items():
        totals[standing] += count
    return {"as_of": board.as_of, "totals": totals, "accounts": [_life(o) for o in board.lives]}


def _life(life: Life) -> dict[str, Any]:
    return {
        "account": life.account.id,
        "channel": life.account.channel,
        "name": life.account.name,
        "standing": life.standing,
        "days": life.days,
        "limit": life.limit,
        "published_at": life.published_at,
        "planned_at": life.planned_at,
        "suggestions": [_suggestion(one) for one in life.suggestions],
    }


def _suggestion(one: Suggestion) -> dict[str, Any]:
    return {"item": one.item_id, "title": one.title, "entered_at": one.entered_at, "own": one.own}


def _show(told: dict[str, Any]) -> RenderableType:
    totals = told["totals"]
    head = f"超期 {totals['over']}，临近 {totals['near']}，正常 {totals['live']} / over, near, live"
    table = Table(
        Column("账号 / account", min_width=26),
        "状态 / standing",
        "天数 / days",
        "已排 / planned",
        "可发布 / would suit",
    )
    for row in told["accounts"]:
        days = "从未 / never" if row["days"] is None else f"{row['days']} / {row['limit']}"
        planned = f"{row['planned_at']:%m-%d %H:%M} UTC" if row["planned_at"] else "—"
        offers = "\n".join(f"{one['item']} {one['title']}" for one in row["suggestions"])
        name = f"{row['account']}\n{row['name']}"
        table.add_row(name, _MARKS[row["standing"]], days, planned, offers or "—")
    return Group(Text(head), table)
