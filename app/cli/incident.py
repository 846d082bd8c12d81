"""gongkai incident: what keeps deliveries from going out, one row for each cause."""

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
from hub.publishing.explanation import local_time
from hub.publishing.incidents.models import Incident, Resumed, Shown

app = typer.Typer(no_args_is_help=True, help="发布异常 / incidents")

IncidentId = Annotated[str, typer.Argument(help="异常编号 / incident id")]


@app.command("list")
def list_incidents(
    everything: Annotated[
        bool, typer.Option("--all", help="包括已关闭的 / closed ones as well")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: JsonOption = False,
) -> None:
    """列出未解除的发布异常 / list what is not over"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        found = await hub.incidents.find(closed_too=everything, limit=limit)
        return [_row(incident) for incident in found]

    emit(run(work, as_json=as_json), as_json, _show_list)


@app.command("show")
def show(incident: IncidentId, as_json: JsonOption = False) -> None:
    """一个异常：原因、例子、告警 / one incident: cause, examples, alerts"""

    async def work(hub: Hub) -> dict[str, Any]:
        foreseen = await hub.incidents.foresee(incident)
        resumable = {"ready": foreseen.count, "late": foreseen.late}
        stays = [{"why": why, "count": count} for why, count in foreseen.stay]
        told = _whole(await hub.incidents.show(incident))
        return told | {"resume": resumable | {"stays": stays}}

    emit(run(work, as_json=as_json), as_json, _show_one)


@app.command("resume")
def resume(
    incident: IncidentId,
    late: Annotated[
        bool, typer.Option(help="过期的也在一小时内发出 / send what is too late as well")
    ] = False,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """原因排除后，一次恢复全部失败与等待的投递 / start all again that failed or waits

    Never what is unknown: that is settled by asking the platform.
    """

    async def work(hub: Hub) -> Resumed:
        return await hub.incidents.resume(incident, acting(actor), late=late)

    emit(run(work, as_json=as_json), as_json, _show_resumed)


@app.command("close")
def close(incident: IncidentId, actor: Actor = "", as_json: JsonOption = False) -> None:
    """人工关闭 / a person has seen to it"""

    async def work(hub: Hub) -> dict[str, str]:
        await hub.incidents.close(incident, acting(actor))
        return {"incident": incident, "state": "closed"}

    emit(run(work, as_json=as_json), as_json, lambda data: Text(f"{data['incident']} 已关闭"))


def _row(incident: Incident) -> dict[str, Any]:
    """An incident in the stable shape of --json."""
    return asdict(incident) | {"state": incident.state}


def _whole(shown: Shown) -> dict[str, Any]:
    alerts = [
        {"kind": a.kind, "state": a.state, "tries": a.tries, "created_at": a.created_at}
        for a in shown.alerts
    ]
    examples = [
        {"id": d.id, "state": d.state, "reason": d.error_code or d.reason} for d in shown.examples
    ]
    return _row(shown.incident) | {
        "unsolved": shown.unsolved,
        "examples": examples,
        "alerts": alerts,
    }


def _show_list(rows: list[dict[str, Any]]) -> RenderableType:
    table = Table(
        Column("编号 / id", no_wrap=True, min_width=26),
        Column("渠道", overflow="fold"),
        Column("原因 / cause", min_width=14),
        Column("数量", justify="right"),
        Column("最近", max_width=10),
        "状态",
    )
    for row in rows:
        place = row["channel"] or row["plan_id"]
        when = local_time(row["last_at"])
        table.add_row(row["id"], place, row["cause"], str(row["count"]), when, row["state"])
    return table


def _show_one(row: dict[str, Any]) -> RenderableType:
    head = f"{row['channel'] or row['plan_id']} · {row['cause']} · {row['state']}"
    span = f"{local_time(row['first_at'])} – {local_time(row['last_at'])}"
    examples = Table("投递 / delivery", "状态 / state", "原因 / reason")
    for one in row["examples"]:
        examples.add_row(one["id"], one["state"], one["reason"])
    alerts = Table("告警 / alert", "状态 / state", "次数 / tries")
    for one in row["alerts"]:
        alerts.add_row(one["kind"], one["state"], str(one["tries"]))
    resume = row["resume"]
    left = "；".join(f"{one['why'].zh} {one['count']}" for one in resume["stays"])
    return Group(
        Text(head, style="bold"),
        Text(row["words"]["zh"]),
        Text(row["words"]["en"], style="dim"),
        Text(f"{row['count']} 条 / deliveries，未解决 / unsolved {row['unsolved']}，{span}"),
        Text(f"resume 将恢复 / would start {resume['ready']}；不动 / left: {left or '—'}"),
        examples,
        alerts,
    )


def _show_resumed(done: Resumed) -> Text:
    return Text(
        f"已恢复 {done.ready}，过期未动 {done.late}，结果未知未动 {done.unknown} / "
        f"{done.ready} ready, {done.late} too late, {done.unknown} unknown and left"
    )
