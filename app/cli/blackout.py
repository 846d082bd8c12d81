"""gongkai blackout: periods in which nothing routine goes out, such as days of mourning."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting, local_wall
from app.compose import Hub
from hub.publishing.timing.models import Blackout, NewBlackout
from hub.publishing.timing.service import Declared

app = typer.Typer(no_args_is_help=True, help="静默期 / blackout periods")

_SHOWN = 20


@app.command("list")
def list_blackouts(as_json: JsonOption = False) -> None:
    """列出静默期，最近的在前 / list blackouts, the newest first"""
    emit(run(lambda hub: hub.timing.blackouts(), as_json=as_json), as_json, _show_list)


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="名称，如 全国哀悼日 / name")],
    start: Annotated[str, typer.Option("--from", help="当地时间 2026-12-13T00:00 / local time")],
    until: Annotated[str, typer.Option("--until", help="当地时间，届时恢复 / local end")],
    body: Annotated[str, typer.Option(help="只限该单位及下级 / only this body and below")] = "",
    channel: Annotated[str, typer.Option(help="只限该渠道 / only this channel")] = "",
    zone: Annotated[str, typer.Option(help="IANA 时区 / time zone")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """宣布静默期：日常发布等到结束，应急与撤稿不受影响 / hold back routine posts until its end"""

    async def work(hub: Hub) -> dict[str, Any]:
        new = NewBlackout(
            name=name,
            starts=local_wall(start, "from"),
            ends=local_wall(until, "until"),
            zone=zone or hub.settings.time_zone,
            body_code=body,
            channel=channel,
        )
        return _plain(await hub.timing.declare_blackout(new, actor=acting(actor)))

    emit(run(work, as_json=as_json), as_json, _show_one)


@app.command("show")
def show(blackout: str, as_json: JsonOption = False) -> None:
    """一个静默期与受影响的投递 / one blackout and the deliveries that it holds back"""

    async def work(hub: Hub) -> dict[str, Any]:
        return _plain(await hub.timing.blackout(blackout))

    emit(run(work, as_json=as_json), as_json, _show_one)


@app.command("lift")
def lift(blackout: str, actor: Actor = "", as_json: JsonOption = False) -> None:
    """提前解除，等待中的继续 / end it now; what waits goes on"""

    async def work(hub: Hub) -> list[Blackout]:
        return [await hub.timing.lift_blackout(blackout, actor=acting(actor))]

    emit(run(work, as_json=as_json), as_json, _show_list)


def _plain(declared: Declared) -> dict[str, Any]:
    return {
        "blackout": declared.blackout,
        "affected": declared.affected,
        "expiring": sum(one.expires for one in declared.affected),
    }


def _show_list(blackouts: list[Blackout]) -> Table:
    table = Table(Column("编号 / id", no_wrap=True, min_width=26), "名称 / name")
    for heading in ("自 / from", "至 / until", "范围 / scope", "状态 / state"):
        table.add_column(heading)
    for one in blackouts:
        scope = " ".join(part for part in (one.body_id, one.channel) if part) or "全部 / all"
        state = "已解除 / lifted" if one.lifted_at else ""
        table.add_row(
            one.id, one.name, _local(one, one.starts_at), _local(one, one.ends_at), scope, state
        )
    return table


def _show_one(data: dict[str, Any]) -> RenderableType:
    affected = data["affected"]
    count = len(affected)
    lines: list[RenderableType] = [
        _show_list([data["blackout"]]),
        Text(
            f"受影响 {count} 条，其中 {data['expiring']} 条在结束前过期 / "
            f"{count} held back, {data['expiring']} of them expire before its end"
        ),
    ]
    if affected:
        table = Table("投递 / delivery", "计划 / plan", "状态 / state", "过期 / expires")
        for one in affected[:_SHOWN]:
            table.add_row(one.delivery_id, one.plan_id, one.state, "是" if one.expires else "")
        lines.append(table)
    return Group(*lines)


def _local(one: Blackout, at: datetime) -> str:
    return at.astimezone(ZoneInfo(one.zone)).strftime("%Y-%m-%d %H:%M")
