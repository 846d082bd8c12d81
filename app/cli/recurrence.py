"""gongkai recurrence: posts that come again, as long as what they say is valid."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting, local_wall
from app.compose import Hub
from hub.organisations.models import Selection
from hub.publishing.recurring.models import NewRecurrence, Recurrence
from hub.publishing.recurring.service import Shown

app = typer.Typer(no_args_is_help=True, help="定期发布 / recurring posts")


@app.command("list")
def list_recurrences(as_json: JsonOption = False) -> None:
    """列出定期发布，最近的在前 / list recurring posts, the newest first"""
    emit(run(lambda hub: hub.recurrences.all(), as_json=as_json), as_json, _show_list)


@app.command("add")
def add(
    item: Annotated[str, typer.Argument(help="信息编号 / item id")],
    rule: Annotated[str, typer.Option(help="RRULE，如 FREQ=WEEKLY;BYDAY=MO / RFC 5545")],
    at: Annotated[str, typer.Option("--at", help="首次的当地时间 / local time of the first one")],
    zone: Annotated[str, typer.Option(help="IANA 时区 / time zone")] = "",
    channel: Annotated[list[str] | None, typer.Option(help="渠道 / channel")] = None,
    body: Annotated[str, typer.Option(help="机构代码，含下级 / body code, with those below")] = "",
    region: Annotated[str, typer.Option(help="地区 / region")] = "",
    tag: Annotated[str, typer.Option(help="标签 / tag")] = "",
    group: Annotated[str, typer.Option(help="账号组 / account group")] = "",
    account: Annotated[list[str] | None, typer.Option(help="账号编号 / account id")] = None,
    not_after_minutes: Annotated[
        int, typer.Option(min=0, help="过时多久不再发，0 为默认 / how late it may still go out")
    ] = 0,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """按规则重复发布一条已签审信息，到有效期为止 / post an approved item again and again"""

    async def work(hub: Hub) -> list[Recurrence]:
        selection = Selection(
            ids=tuple(account or ()),
            channels=tuple(channel or ()),
            body_id=(await hub.organisations.body(body)).id if body else "",
            region=region,
            tag=tag,
            group=group,
        )
        new = NewRecurrence(
            item_id=item,
            selection=selection,
            rule=rule,
            starts=local_wall(at, "at"),
            zone=zone or hub.settings.time_zone,
            not_after_minutes=not_after_minutes,
        )
        return [await hub.recurrences.add(new, actor=acting(actor))]

    emit(run(work, as_json=as_json), as_json, _show_list)


@app.command("show")
def show(recurrence: str, as_json: JsonOption = False) -> None:
    """一个定期发布：已排的与将来的 / one recurring post: what was planned, and what comes"""
    found = run(lambda hub: hub.recurrences.show(recurrence), as_json=as_json)
    emit(found, as_json, _show_one)


@app.command("stop")
def stop(recurrence: str, actor: Actor = "", as_json: JsonOption = False) -> None:
    """停止，并取消已排未发的 / no more of it; what is planned and has not left is cancelled"""

    async def work(hub: Hub) -> dict[str, Any]:
        cancelled = await hub.recurrences.stop(recurrence, actor=acting(actor))
        return {"recurrence": recurrence, "cancelled": len(cancelled)}

    emit(run(work, as_json=as_json), as_json, _show_stopped)


def _show_list(rows: list[Recurrence]) -> Table:
    table = Table(Column("编号 / id", min_width=26), "规则 / rule", "下一次 / next", "状态 / state")
    for row in rows:
        following = f"{row.next_wall:%Y-%m-%d %H:%M} {row.zone}" if row.next_wall else "—"
        state = f"{row.state}：{row.trouble_zh}" if row.trouble_zh else str(row.state)
        table.add_row(row.id, row.rule.replace(";", "\n"), following, state)
    return table


def _show_one(found: Shown) -> RenderableType:
    past = Table("时间 / time", Column("计划 / plan", min_width=26), "说明 / why")
    for one in found.occurrences:
        past.add_row(f"{one.wall:%Y-%m-%d %H:%M}", one.plan_id or "—", one.reason_zh)
    coming = "  ".join(f"{wall:%Y-%m-%d %H:%M}" for wall in found.coming)
    item = Text(f"信息 / item  {found.recurrence.item_id}")
    return Group(
        item, _show_list([found.recurrence]), past, Text(f"将来 / to come  {coming or '—'}")
    )


def _show_stopped(data: dict[str, Any]) -> Text:
    return Text(f"已停止，取消 {data['cancelled']} 条 / stopped, {data['cancelled']} cancelled")
