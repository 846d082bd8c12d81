"""gongkai emergency: a signed item goes out at once, for a reason that is kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.handling import emergencies_of
from hub.organisations.authority.sight import EVERYTHING
from hub.organisations.models import Selection
from hub.publishing.emergency.models import Outlook, Progress
from hub.publishing.explanation import local_time

app = typer.Typer(no_args_is_help=True, help="应急发布 / emergencies")

Channels = Annotated[list[str] | None, typer.Option("--channel", help="渠道 / channel")]
Reason = Annotated[str, typer.Option(help="应急理由，写入审计 / why it is an emergency")]
Plan = Annotated[str, typer.Argument(help="计划编号 / plan id")]


@app.command("send")
def send(
    item: Annotated[str, typer.Argument(help="信息编号 / item id")],
    channel: Channels = None,
    body: Annotated[str, typer.Option(help="机构代码，含下级 / body code, with those below")] = "",
    region: Annotated[str, typer.Option(help="地区 / region")] = "",
    tag: Annotated[str, typer.Option(help="标签 / tag")] = "",
    group: Annotated[str, typer.Option(help="账号组 / account group")] = "",
    account: Annotated[list[str] | None, typer.Option(help="账号编号 / account id")] = None,
    reason: Reason = "",
    take_slots: Annotated[
        bool, typer.Option(help="取消占用额度的日常发布 / cancel routine holders of quota")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option(help="只看会发多少、何时发完 / only how many, and by when")
    ] = False,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """立即发出，越过全部日常发布；--dry-run 只预演 / send it at once, or only look"""

    async def work(hub: Hub) -> Outlook | Progress:
        selection = Selection(
            ids=tuple(account or ()),
            channels=tuple(channel or ()),
            body_id=(await hub.organisations.body(body)).id if body else "",
            region=region,
            tag=tag,
            group=group,
        )
        emergencies, who = emergencies_of(hub), acting(actor)
        if dry_run:
            return await emergencies.outlook(item, selection, who, reason=reason)
        order = await emergencies.order(item, selection, who, reason, take_slots=take_slots)
        return await emergencies.progress(order.plan_id)

    done = run(work, as_json=as_json)
    if isinstance(done, Progress):
        emit(_row(done), as_json, _show_progress)
    else:
        emit(asdict(done), as_json, _show_outlook)


@app.command("show")
def show(plan: Plan, as_json: JsonOption = False) -> None:
    """进度：发出多少、什么受阻 / how far it is"""
    found = run(lambda hub: emergencies_of(hub).progress(plan), as_json=as_json)
    emit(_row(found), as_json, _show_progress)


@app.command("list")
def list_orders(
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20, as_json: JsonOption = False
) -> None:
    """最近的应急发布 / ordered lately"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        found = await emergencies_of(hub).recent(EVERYTHING, limit)
        return [asdict(order) for order in found]

    emit(run(work, as_json=as_json), as_json, _show_list)


def _row(found: Progress) -> dict[str, Any]:
    return asdict(found) | {"out": found.out, "total": found.total, "ended": found.ended}


def _show_progress(row: dict[str, Any]) -> RenderableType:
    order = row["order"]
    table = Table("状态 / state", Column("数量", justify="right"))
    for state, count in row["states"].items():
        table.add_row(state, str(count))
    lines: list[RenderableType] = [
        Text(f"{order['plan_id']}  {order['title']}", style="bold"),
        Text(f"{order['ordered_by']} {local_time(order['ordered_at'])}：{order['reason']}"),
        Text(f"已发出 / out {row['out']} / {row['total']}"),
        table,
    ]
    if order["finish_at"] is not None:
        lines.insert(2, Text(f"预计发完 / foretold end {local_time(order['finish_at'])}"))
    lines += [Text(f"{one['count']}  {one['words']['zh']}") for one in row["stuck"]]
    return Group(*lines)


def _show_outlook(row: dict[str, Any]) -> RenderableType:
    finish = local_time(row["finish"]) if row["finish"] else "—"
    lines = [Text(f"{row['deliveries']} 条 / deliveries，预计发完 / all out by {finish}")]
    lines += [Text(f"未纳入 / left out {o['count']}  {o['words']['zh']}") for o in row["left_out"]]
    return Group(*lines)


def _show_list(rows: list[dict[str, Any]]) -> RenderableType:
    table = Table(Column("计划 / plan", min_width=26), "信息 / item", "数量", "由 / by", "理由")
    for row in rows:
        count = str(row["deliveries"])
        table.add_row(row["plan_id"], row["title"], count, row["ordered_by"], row["reason"])
    return table
